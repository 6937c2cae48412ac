-- title: How rules stood with people
-- title_ko: 규칙별 확정률과 번복률
-- explains: Decided, confirmed and overturned findings of each rule, and whether the rule was demoted.
SELECT
    rule_standing.rule_id,
    detection_rule.name_ko,
    rule_standing.institution,
    rule_standing.decided,
    rule_standing.confirmed,
    rule_standing.precision_ppm,
    rule_standing.reversed,
    rule_standing.reversal_ppm,
    rule_standing.median_days_to_close,
    rule_standing.is_demoted
FROM rule_standing
INNER JOIN detection_rule ON rule_standing.rule_id = detection_rule.rule_id
ORDER BY rule_standing.rule_id, rule_standing.institution NULLS FIRST
