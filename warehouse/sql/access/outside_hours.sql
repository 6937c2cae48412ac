-- One row: one access at night or at a weekend, of an official with many of them on that day.
-- Who is missing: emergency access; public holidays and leave, until a feed of the personnel office
-- says them.
-- Which source wins: the time of the log, in the country's own time.
WITH local AS (
    SELECT
        access_row.*,
        access_row.happened_at + to_hours(CAST(setting.utc_offset_hours AS INTEGER)) AS local_at
    FROM access_row
    CROSS JOIN setting
    WHERE access_row.person_id IS NOT NULL AND NOT access_row.is_break_glass
),
late AS (
    SELECT local.*, CAST(local.local_at AS DATE) AS local_on
    FROM local
    CROSS JOIN setting
    WHERE isodow(local.local_at) >= 6
        OR hour(local.local_at) < setting.first_hour
        OR hour(local.local_at) >= setting.last_hour
),
counted AS (
    SELECT actor, local_on, count(DISTINCT access) AS accesses FROM late GROUP BY actor, local_on
)
SELECT
    late.actor,
    late.local_on AS alert_on,
    '' AS about,
    late.entry_id,
    late.person_id,
    'accesses outside hours: ' || counted.accesses AS statement
FROM late
CROSS JOIN setting
INNER JOIN counted ON counted.actor = late.actor AND counted.local_on = late.local_on
WHERE counted.accesses >= setting.least_accesses
