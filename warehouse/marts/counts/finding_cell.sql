-- One row: how many people one rule has found with one programme, and the won at stake.
-- Who is missing: cells of fewer people than the smallest that may be told. Counts are rounded,
-- money to whole millions. Which source wins: see finding.
SELECT
    finding.rule_id,
    finding.programme_code,
    finding.action,
    count(DISTINCT coalesce(finding.person_id, finding.subject_id)) AS people,
    sum(finding.amount_at_stake) AS total_amount
FROM finding
GROUP BY ALL
