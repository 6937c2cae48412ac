-- One row: a detection rule and what it found on the night: findings, people, won at stake, by month.
-- Who is missing: nobody; a rule that found nothing, or keeps silent, is here too.
SELECT
    detection_rule.rule_id,
    detection_rule.name_en AS name,
    detection_rule.name_ko,
    detection_rule.action,
    detection_rule.action_cap,
    detection_rule.severity,
    detection_rule.demoted_because,
    rule_state.is_suppressed,
    array_to_string(rule_state.waits_for, ' or ') AS waits_for,
    count(finding.finding_id) AS findings,
    count(DISTINCT finding.subject_id) AS subjects,
    CAST(coalesce(sum(finding.amount_at_stake), 0) AS BIGINT) AS won_at_stake
FROM detection_rule
INNER JOIN rule_state ON rule_state.rule_id = detection_rule.rule_id
LEFT JOIN finding ON finding.rule_id = detection_rule.rule_id
GROUP BY ALL
ORDER BY detection_rule.rule_id
