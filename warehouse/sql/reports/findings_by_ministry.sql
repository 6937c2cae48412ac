-- One row: a ministry and a programme with findings: how many, of how many people, won at stake.
-- Who is missing: programmes without a finding, and findings about no programme.
SELECT
    programme.ministry,
    programme.code AS programme,
    programme.name_en AS name,
    count(*) AS findings,
    count(DISTINCT finding.subject_id) AS subjects,
    CAST(coalesce(sum(finding.amount_at_stake), 0) AS BIGINT) AS won_at_stake
FROM finding
INNER JOIN programme ON programme.code = finding.programme_code
GROUP BY programme.ministry, programme.code, programme.name_en
ORDER BY findings DESC, programme.code
