-- One row: one emergency access for which no ticket was given.
-- Who is missing: emergency access with a ticket, which is reviewed by that ticket.
-- Which source wins: the log of accesses.
SELECT
    access_row.actor,
    access_row.happened_on AS alert_on,
    '' AS about,
    access_row.entry_id,
    access_row.person_id,
    'emergency access without a ticket' AS statement
FROM access_row
WHERE access_row.is_break_glass
    AND access_row.entry_id IS NOT NULL
    AND coalesce(access_row.ticket, '') = ''
