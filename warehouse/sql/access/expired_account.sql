-- One row: one access under the name of an official who had no post on that day.
-- Who is missing: names that the register of officials never knew, such as the hub's own jobs.
-- Which source wins: the register of officials.
SELECT
    access_row.actor,
    access_row.happened_on AS alert_on,
    '' AS about,
    access_row.entry_id,
    access_row.person_id,
    'no post on that day' AS statement
FROM access_row
WHERE NOT access_row.has_post
    AND access_row.entry_id IS NOT NULL
    AND access_row.actor IN (SELECT actor FROM official)
