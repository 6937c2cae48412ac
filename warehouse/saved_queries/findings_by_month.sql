-- title: Findings of one rule by month
-- title_ko: 한 규칙의 월별 적발
-- explains: How many findings a rule has for each month, and the won at stake.
-- set rule (code) = D01: the rule, such as D01
SELECT
    period,
    action,
    count(*) AS findings,
    sum(amount_at_stake)::BIGINT AS amount_at_stake
FROM finding
WHERE rule_id = $rule
GROUP BY ALL
ORDER BY period, action
