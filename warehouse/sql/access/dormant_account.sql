-- One row: one access of the day on which an account that was silent for long reads again.
-- Who is missing: accounts that are new, and silences before the log began.
-- Which source wins: the log of accesses; the register of officials for how long an account exists.
WITH of_day AS (
    SELECT DISTINCT actor, happened_on FROM access_row
),
began AS (
    SELECT min(happened_on) AS first_on FROM of_day
),
since AS (
    SELECT actor, min(valid_from) AS first_on FROM official GROUP BY actor
),
silent AS (
    SELECT
        of_day.actor,
        of_day.happened_on,
        coalesce(
            lag(of_day.happened_on) OVER (PARTITION BY of_day.actor ORDER BY of_day.happened_on),
            greatest(began.first_on, since.first_on)
        ) AS before_on
    FROM of_day
    CROSS JOIN began
    LEFT JOIN since ON since.actor = of_day.actor
)
SELECT
    access_row.actor,
    access_row.happened_on AS alert_on,
    '' AS about,
    access_row.entry_id,
    access_row.person_id,
    'days of silence before: ' || date_diff('day', silent.before_on, silent.happened_on)
        AS statement
FROM access_row
CROSS JOIN setting
INNER JOIN silent
    ON silent.actor = access_row.actor AND silent.happened_on = access_row.happened_on
WHERE date_diff('day', silent.before_on, silent.happened_on) >= setting.silent_days
    AND access_row.entry_id IS NOT NULL
