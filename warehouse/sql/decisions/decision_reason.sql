-- One row: a condition that a stored decision fails (state failed), or that is unknown of its subject
-- (state unknown); bits of fail_mask and unknown_mask, spelt out.
-- Who is missing: eligible decisions, and those of programmes that are not in force.
SELECT
    decision.subject_id,
    decision.subject_kind,
    decision.programme_code,
    programme_condition.bit,
    programme_condition.code,
    CASE
        WHEN decision.fail_mask // powers.value % 2 = 1 THEN 'failed'
        ELSE 'unknown'
    END AS state,
    condition_gap.document_types AS missing,
    programme_condition.text_ko,
    programme_condition.text_en,
    programme_condition.citation
FROM decision
INNER JOIN programme_condition ON programme_condition.programme_code = decision.programme_code
INNER JOIN (
    SELECT bit, CAST(pow(2, bit) AS BIGINT) AS value
    FROM (SELECT DISTINCT bit FROM programme_condition) AS used
) AS powers ON powers.bit = programme_condition.bit
LEFT JOIN condition_gap
    ON condition_gap.programme_code = decision.programme_code
    AND condition_gap.bit = programme_condition.bit
    AND decision.unknown_mask // powers.value % 2 = 1
WHERE decision.fail_mask // powers.value % 2 = 1
    OR decision.unknown_mask // powers.value % 2 = 1
ORDER BY
    decision.programme_code,
    decision.subject_kind,
    decision.subject_id,
    programme_condition.bit
