-- One row: one piece of evidence of one finding, of all rules that may speak tonight.
-- Who is missing: rules that wait for a feed (rule_state), and months before a rule's lookback.
-- finding_id is a hash of the rule, subject, programmes, month and the facts that were found, so that
-- the same facts give the same finding on another night, and other facts another finding.
WITH candidate AS (
{{candidates}}
)
SELECT
    substr(
        md5(
            concat_ws(
                '|',
                candidate.rule_id,
                candidate.subject_id,
                coalesce(candidate.programme_code, ''),
                coalesce(candidate.other_programme_code, ''),
                CAST(candidate.period AS VARCHAR),
                candidate.statement
            )
        ),
        1,
        20
    ) AS finding_id,
    candidate.*
FROM candidate
CROSS JOIN night
INNER JOIN detection_rule ON detection_rule.rule_id = candidate.rule_id
INNER JOIN rule_state
    ON rule_state.rule_id = candidate.rule_id AND NOT rule_state.is_suppressed
WHERE candidate.period >= rule_state.first_period AND candidate.period <= night.month
ORDER BY finding_id, candidate.role, candidate.delivery_id, candidate.line
