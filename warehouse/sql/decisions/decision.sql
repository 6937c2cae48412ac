-- One row: what the rules say of one subject (assistance unit, person, child, one of a couple) and one
-- programme on the night's date. Each programme's part is made from its TOML in hub/programmes.
--   outcome: not_in_force; ineligible (a condition fails: every failed one is in reasons and, by bit,
--   in fail_mask); undetermined (none fails, but something is unknown: reasons says which condition,
--   missing says which document types never arrived); eligible.
-- Who is missing: subjects that neither pass the programme's cheap gate nor receive it; any of them is
-- explained by evaluating it again.
-- Which source wins: see household_means, couple_means and person_fact.
WITH evaluated AS (
{{evaluations}}
)
SELECT
    evaluated.subject_id,
    evaluated.subject_kind,
    evaluated.programme_code,
    night.as_of,
    CASE
        WHEN NOT evaluated.is_in_force THEN 'not_in_force'
        WHEN evaluated.fail_mask <> 0 THEN 'ineligible'
        WHEN evaluated.unknown_mask <> 0 OR evaluated.amount IS NULL AND evaluated.has_amount
            THEN 'undetermined'
        ELSE 'eligible'
    END AS outcome,
    CASE
        WHEN evaluated.is_in_force AND evaluated.fail_mask = 0 AND evaluated.unknown_mask = 0
            THEN evaluated.amount
    END AS amount,
    evaluated.fail_mask,
    CASE
        WHEN evaluated.fail_mask <> 0 THEN string_split(evaluated.failed, ',')
        WHEN evaluated.unknown_mask <> 0 THEN string_split(evaluated.unknown, ',')
        WHEN evaluated.amount IS NULL AND evaluated.has_amount
            THEN string_split('AMOUNT_UNKNOWN', ',')
        ELSE CAST([] AS VARCHAR [])
    END AS reasons,
    CASE
        WHEN evaluated.fail_mask = 0 AND evaluated.unknown_mask <> 0 THEN gap.document_types
    END AS missing,
    evaluated.margin_amount,
    evaluated.is_received,
    evaluated.rule_version
FROM evaluated
CROSS JOIN night
LEFT JOIN (
    SELECT programme_code, array_agg(DISTINCT document_type ORDER BY document_type) AS document_types
    FROM (
        SELECT condition_gap.programme_code, listed.document_type
        FROM condition_gap
        CROSS JOIN unnest(condition_gap.document_types) AS listed(document_type)
    ) AS gap_row
    GROUP BY programme_code
) AS gap ON gap.programme_code = evaluated.programme_code
WHERE evaluated.passes_gate OR evaluated.is_received
ORDER BY evaluated.programme_code, evaluated.subject_kind, evaluated.subject_id
