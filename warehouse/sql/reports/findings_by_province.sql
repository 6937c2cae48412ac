-- One row: the first two digits of the legal-dong code where people with findings live, and an action.
-- Who is missing: findings about nobody; people without an address have no code.
SELECT
    substr(person.legal_dong_code, 1, 2) AS province_code,
    finding.action,
    count(*) AS findings,
    count(DISTINCT finding.person_id) AS people
FROM finding
INNER JOIN person ON person.person_id = finding.person_id
GROUP BY substr(person.legal_dong_code, 1, 2), finding.action
ORDER BY province_code, finding.action
