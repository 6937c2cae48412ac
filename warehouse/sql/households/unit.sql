-- One row is a unit on the night's date: registered household, dwelling or assistance unit of a family
-- of programmes, with how many people are in it and how many of them are counted. status is the weakest
-- of its members' ('conflict' before 'assumed' before 'known'). is_institution: most of its people
-- are registered at an institution's address. Missing: units without a member tonight; unit_event and
-- unit_membership keep them. Which source wins: see unit_member_tonight.
WITH institution AS (
    SELECT residence.person_id
    FROM residence
    INNER JOIN dwelling ON dwelling.address_key = residence.address_key AND dwelling.is_institution
)
SELECT
    tonight.unit_family,
    tonight.unit_id,
    count(*) AS people,
    CAST(sum(CASE WHEN tonight.is_counted THEN 1 ELSE 0 END) AS BIGINT) AS unit_size,
    min(CASE WHEN tonight.role IN ('head', 'single', 'child', 'youth') THEN tonight.person_id END)
        AS first_person_id,
    CASE
        WHEN max(CASE WHEN tonight.status = 'conflict' THEN 1 ELSE 0 END) = 1 THEN 'conflict'
        WHEN max(CASE WHEN tonight.status = 'assumed' THEN 1 ELSE 0 END) = 1 THEN 'assumed'
        ELSE 'known'
    END AS status,
    count(institution.person_id) * 2 > count(*) AS is_institution
FROM unit_member_tonight AS tonight
LEFT JOIN institution ON institution.person_id = tonight.person_id
GROUP BY tonight.unit_family, tonight.unit_id
ORDER BY tonight.unit_family, tonight.unit_id
