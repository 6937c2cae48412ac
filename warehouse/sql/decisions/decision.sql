-- One row: what the rules say of one subject and one programme on the night's date. The subject is a
-- person (units person, child, couple) or an assistance unit (all other units). Programmes are TOML in
-- hub/programmes; the night decides them with its array kernel, and this SQL says the same before
-- interactions (a test holds the two together). See docs/programme-language.md.
--   outcome: eligible; ineligible (a condition fails: every failed one by bit in fail_mask, by code in
--   reasons); undetermined (none fails, but something is unknown: unknown_mask and reasons say what,
--   missing which document types never arrived); not_in_force.
--   amount: before, payable_amount: after interactions; interaction_codes say why they differ.
--   is_excluded: eligible, but another programme that excludes this one stays, or pays more.
--   is_new: eligible, not received and not excluded (newly qualified).
-- Who is missing: subjects that are neither eligible nor receive the programme; any of them is explained
-- by replay.
-- Which source wins: none here; see person_subject and household_subject.
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
    evaluated.fail_mask,
    evaluated.unknown_mask,
    CASE
        WHEN evaluated.is_in_force AND evaluated.fail_mask = 0 AND evaluated.unknown_mask = 0
            THEN evaluated.amount
    END AS amount,
    evaluated.margin_amount,
    evaluated.is_received
FROM evaluated
CROSS JOIN night
WHERE evaluated.is_received
    OR evaluated.is_in_force AND evaluated.fail_mask = 0 AND evaluated.unknown_mask = 0
    AND (evaluated.amount IS NOT NULL OR NOT evaluated.has_amount)
ORDER BY evaluated.programme_code, evaluated.subject_id
