-- One row: a detection rule, and whether it keeps silent tonight because evidence did not arrive.
-- A rule whose findings would come from absence (no return, no release) is silent on stale feeds too,
-- and every rule where a feed is suspect (feed_guard): what it shows or does not show proves nothing.
-- first_period is the earliest month that the rule judges tonight.
-- An input may be a log of the hub itself (own_log), which is there or not.
-- Who is missing: nobody. Of inputs that can each serve, one is enough; an input is a document type or a
-- family, which is served by any of its types.
WITH served AS (
    SELECT
        rule_input.rule_id,
        rule_input.alternative,
        rule_input.input,
        coalesce(
            max(
                CASE
                    WHEN feed.state = 'current' OR own_log.state = 'current' THEN 1
                    WHEN feed.state = 'stale' AND NOT feed.is_suspect
                        AND detection_rule.suppress_when = 'missing' THEN 1
                    ELSE 0
                END
            ),
            0
        ) AS is_served
    FROM rule_input
    INNER JOIN detection_rule ON detection_rule.rule_id = rule_input.rule_id
    LEFT JOIN document_type
        ON document_type.code = rule_input.input OR document_type.family = rule_input.input
    LEFT JOIN own_log ON own_log.log = rule_input.input
    LEFT JOIN feed ON feed.document_type = coalesce(document_type.code, rule_input.input)
    GROUP BY rule_input.rule_id, rule_input.alternative, rule_input.input
),
alternative AS (
    SELECT
        rule_id,
        alternative,
        max(is_served) AS is_served,
        array_agg(DISTINCT input ORDER BY input) AS inputs
    FROM served
    GROUP BY rule_id, alternative
)
SELECT
    detection_rule.rule_id,
    coalesce(min(alternative.is_served), 1) = 0 AS is_suppressed,
    max(CASE WHEN alternative.is_served = 0 THEN alternative.inputs END) AS waits_for,
    CAST(
        night.month - to_months(CAST(detection_rule.lookback_months - 1 AS INTEGER)) AS DATE
    ) AS first_period
FROM detection_rule
CROSS JOIN night
LEFT JOIN alternative ON alternative.rule_id = detection_rule.rule_id
GROUP BY detection_rule.rule_id, detection_rule.lookback_months, night.month
ORDER BY detection_rule.rule_id
