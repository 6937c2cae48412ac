-- One row: one access to a person whom an official read on many days of a month without a case.
-- Who is missing: reading under a case; several readings on one day.
-- Which source wins: the log of accesses.
WITH doubted AS (
    SELECT * FROM access_row WHERE person_id IS NOT NULL AND NOT has_case
),
counted AS (
    SELECT actor, month, person_id, count(DISTINCT happened_on) AS days
    FROM doubted
    GROUP BY actor, month, person_id
)
SELECT
    doubted.actor,
    doubted.month AS alert_on,
    doubted.person_id AS about,
    doubted.entry_id,
    doubted.person_id,
    'days in the month: ' || counted.days AS statement
FROM doubted
CROSS JOIN setting
INNER JOIN counted
    ON counted.actor = doubted.actor
    AND counted.month = doubted.month
    AND counted.person_id = doubted.person_id
WHERE counted.days >= setting.least_days
