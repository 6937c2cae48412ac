-- One row: a person's programme whose next payment is held until a person has looked, and why.
-- Who is missing: everything that is not a registered death; no other rule may hold a payment
-- (hub.findings.rules refuses a file that says otherwise); and payments that a person let go on
-- (released_hold).
SELECT
    finding.person_id,
    finding.programme_code,
    min(finding.first_period) AS held_from,
    min(finding.finding_id) AS finding_id
FROM finding
LEFT JOIN released_hold ON released_hold.finding_id = finding.finding_id
WHERE finding.action = 'AUTO' AND finding.rule_id = 'D01' AND released_hold.finding_id IS NULL
GROUP BY finding.person_id, finding.programme_code
ORDER BY finding.person_id, finding.programme_code
