-- One row: how many people one rule has found in one province.
-- Who is missing: people whose province is unknown; cells of fewer people than the smallest that
-- may be told. Counts are rounded. Which source wins: see finding and person.
SELECT
    finding.rule_id,
    left(person.legal_dong_code, 2) AS province,
    count(DISTINCT finding.person_id) AS people
FROM finding
INNER JOIN person ON finding.person_id = person.person_id
WHERE person.legal_dong_code IS NOT NULL
GROUP BY ALL
