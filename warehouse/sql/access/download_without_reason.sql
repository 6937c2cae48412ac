-- One row: one access whose result was taken away without a reason.
-- Who is missing: results that were only looked at.
-- Which source wins: the log of accesses.
SELECT
    access_row.actor,
    access_row.happened_on AS alert_on,
    '' AS about,
    access_row.entry_id,
    access_row.person_id,
    'taken away without a reason' AS statement
FROM access_row
WHERE access_row.is_download
    AND access_row.entry_id IS NOT NULL
    AND coalesce(access_row.download_reason, '') = ''
