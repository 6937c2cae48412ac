-- The last part of every rule's SQL. The rule's `found` has one row a finding and its `evidence` one row
-- a row of a delivery on which a finding rests; both bear the four columns by which they belong together.
-- One row: a piece of evidence of one finding. Who is missing: a finding without evidence.
SELECT
    '{{rule}}' AS rule_id,
    found.subject_id,
    found.person_id,
    found.programme_code,
    found.other_programme_code,
    found.period,
    found.first_period,
    found.last_period,
    CAST(found.amount_at_stake AS BIGINT) AS amount_at_stake,
    found.statement,
    evidence.role,
    evidence.document_type,
    evidence.delivery_id,
    CAST(evidence.line AS BIGINT) AS line
FROM found
INNER JOIN evidence
    ON evidence.subject_id = found.subject_id
    AND evidence.period = found.period
    AND evidence.programme_code IS NOT DISTINCT FROM found.programme_code
    AND evidence.other_programme_code IS NOT DISTINCT FROM found.other_programme_code
ORDER BY found.subject_id, found.programme_code, found.other_programme_code, found.period,
    evidence.role, evidence.delivery_id, evidence.line
