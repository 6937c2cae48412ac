-- One row is a member of a unit that has an ID of its own, and the cluster that it is in tonight: an
-- address for dwellings (its key is the member), a couple or a single older person for the basic
-- pension, a parent or grandparent who raises children alone.
-- Missing: units that bear the ID of a household or a person. Which source wins: see unit_member_tonight.
SELECT DISTINCT
    'dwelling' AS unit_family, CAST(address_key AS VARCHAR) AS member, CAST(address_key AS VARCHAR) AS cluster
FROM residence
WHERE address_key IS NOT NULL
UNION ALL
SELECT 'basic_pension', person_id, cluster
FROM pension_member
UNION ALL
SELECT 'single_parent', person_id, cluster
FROM single_parent_member
ORDER BY unit_family, member
