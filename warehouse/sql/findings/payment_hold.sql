-- One row: a person's programme whose next payment is held until a person has looked, and why.
-- Who is missing: everything that is not a registered death; no other rule may hold a payment
-- (hub.findings.rules refuses a file that says otherwise).
SELECT
    person_id,
    programme_code,
    min(first_period) AS held_from,
    min(finding_id) AS finding_id
FROM finding
WHERE action = 'AUTO' AND rule_id = 'D01'
GROUP BY person_id, programme_code
ORDER BY person_id, programme_code
