-- One row: one access by which an official read the official's own data.
-- Who is missing: officials whose person the register of officials does not name.
-- Which source wins: the register of officials.
SELECT
    access_row.actor,
    access_row.happened_on AS alert_on,
    '' AS about,
    access_row.entry_id,
    access_row.person_id,
    'own record' AS statement
FROM access_row
INNER JOIN kin
    ON kin.actor = access_row.actor
    AND kin.person_id = access_row.person_id
    AND kin.kinship = 'self'
