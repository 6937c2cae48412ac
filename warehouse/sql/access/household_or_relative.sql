-- One row: one access by which an official read somebody of the family or of the same household.
-- Who is missing: officials whose person is not known, and ties that no register holds.
-- Which source wins: the kin of officials as the last release knows it.
SELECT
    access_row.actor,
    access_row.happened_on AS alert_on,
    access_row.person_id AS about,
    access_row.entry_id,
    access_row.person_id,
    min(kin.kinship) AS statement
FROM access_row
INNER JOIN kin
    ON kin.actor = access_row.actor
    AND kin.person_id = access_row.person_id
    AND kin.kinship <> 'self'
GROUP BY ALL
