-- One row: a month of payment and an action; how many findings look at it, and what is at stake (won).
-- Who is missing: months without a finding.
SELECT
    period AS month,
    action,
    count(*) AS findings,
    CAST(coalesce(sum(amount_at_stake), 0) AS BIGINT) AS won_at_stake
FROM finding
GROUP BY period, action
ORDER BY period, action
