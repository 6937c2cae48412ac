-- One row: one access for a purpose that needs a case, without one that covers it, of an official who
-- did so with several people in a month.
-- Who is missing: reading for an application, consultation or certificate; emergency access; single
-- strays; other areas, which are another rule's.
-- Which source wins: the hub's own cases.
WITH doubted AS (
    SELECT * FROM access_row
    WHERE person_id IS NOT NULL AND has_post AND is_in_area
        AND NOT has_case AND NOT needs_no_case AND NOT is_break_glass
),
counted AS (
    SELECT actor, month, count(DISTINCT person_id) AS people FROM doubted GROUP BY actor, month
)
SELECT
    doubted.actor,
    doubted.month AS alert_on,
    '' AS about,
    doubted.entry_id,
    doubted.person_id,
    'people without an open case: ' || counted.people AS statement
FROM doubted
CROSS JOIN setting
INNER JOIN counted ON counted.actor = doubted.actor AND counted.month = doubted.month
WHERE counted.people >= setting.least_people
