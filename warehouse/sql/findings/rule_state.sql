-- One row: a detection rule, and whether it keeps silent tonight because evidence did not arrive.
-- A rule whose findings would come from absence (no return, no release) is silent on stale feeds too.
-- Who is missing: nobody. Of document types that can each serve, one is enough.
WITH alternative AS (
    SELECT
        rule_input.rule_id,
        rule_input.alternative,
        max(
            CASE
                WHEN feed.state = 'current' THEN 1
                WHEN feed.state = 'stale' AND detection_rule.suppress_when = 'missing' THEN 1
                ELSE 0
            END
        ) AS is_served,
        array_agg(DISTINCT rule_input.document_type ORDER BY rule_input.document_type)
            AS document_types
    FROM rule_input
    INNER JOIN detection_rule ON detection_rule.rule_id = rule_input.rule_id
    LEFT JOIN feed ON feed.document_type = rule_input.document_type
    GROUP BY rule_input.rule_id, rule_input.alternative
)
SELECT
    detection_rule.rule_id,
    coalesce(min(alternative.is_served), 1) = 0 AS is_suppressed,
    max(CASE WHEN alternative.is_served = 0 THEN alternative.document_types END) AS waits_for
FROM detection_rule
LEFT JOIN alternative ON alternative.rule_id = detection_rule.rule_id
GROUP BY detection_rule.rule_id
ORDER BY detection_rule.rule_id
