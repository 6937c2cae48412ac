-- One row: one of the payments by which two or more payers paid a person the same programme for the
-- same month. At stake is all but the largest payment.
-- Who is missing: payments without a region, and payments reversed in full.
WITH paid AS (
    SELECT *
    FROM benefit_received
    WHERE payer_region <> ''
),
found AS (
    SELECT
        person_id,
        programme_code,
        month,
        CAST(sum(amount) - max(amount) AS BIGINT) AS amount_at_stake,
        'payers ' || string_agg(payer_region || ' ' || CAST(amount AS VARCHAR), ', ' ORDER BY payer_region)
            AS evidence_key
    FROM paid
    GROUP BY person_id, programme_code, month
    HAVING count(*) >= 2
)
SELECT
    'D19' AS rule_id,
    found.person_id,
    found.programme_code,
    CAST(NULL AS VARCHAR) AS other_programme_code,
    found.month AS period,
    found.month AS first_period,
    found.month AS last_period,
    found.amount_at_stake,
    found.evidence_key,
    'payment' AS role,
    paid.document_type,
    paid.delivery_id,
    paid.line
FROM found
INNER JOIN paid
    ON paid.person_id = found.person_id
    AND paid.programme_code = found.programme_code
    AND paid.month = found.month
ORDER BY found.person_id, found.programme_code, found.month, paid.delivery_id, paid.line
