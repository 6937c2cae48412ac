-- One row: a finding about a programme, which a ministry may be asked to look at, and since when the
-- extracts have shown it. Ids are digests (MD5), replaced by a ministry's own pseudonyms.
-- Who is missing: findings about no programme, and those that only count (action INFO).
-- Which source wins: finding; the first date is carried over from finding_before.
SELECT
    unhex(md5(finding.finding_id)) AS finding_digest,
    unhex(md5(CAST(any_value(finding.person_id) AS VARCHAR))) AS person_digest,
    any_value(finding.programme_code) AS programme_code,
    any_value(finding.rule_id) AS rule_id,
    any_value(finding.action) AS action,
    any_value(finding.severity) AS severity,
    any_value(CAST(finding.period AS DATE)) AS period,
    any_value(CAST(finding.amount_at_stake AS BIGINT)) AS amount_at_stake,
    bool_or(hold.finding_id IS NOT NULL) AS is_held,
    coalesce(any_value(held.found_since), any_value(extract_night.business_date)) AS found_since
FROM finding
CROSS JOIN extract_night
LEFT JOIN payment_hold AS hold ON hold.finding_id = finding.finding_id
LEFT JOIN finding_before AS held ON held.finding_digest = unhex(md5(finding.finding_id))
WHERE finding.action <> 'INFO' AND finding.programme_code IS NOT NULL AND finding.finding_id IS NOT NULL
GROUP BY finding.finding_id
ORDER BY programme_code, finding_digest
