-- One row: one access to somebody of another area without a case, of an official who did so with
-- several people in a month.
-- Who is missing: officials of the whole country; emergency access; people whose area is not known.
-- Which source wins: the register of officials for areas, the last release for where people live.
WITH doubted AS (
    SELECT * FROM access_row AS judged
    WHERE judged.person_id IS NOT NULL AND judged.has_post AND NOT judged.has_case
        AND NOT judged.is_break_glass
        AND NOT EXISTS (
            SELECT 1 FROM access_row AS other WHERE other.access = judged.access AND other.is_in_area
        )
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
    'people of other areas: ' || counted.people AS statement
FROM doubted
CROSS JOIN setting
INNER JOIN counted ON counted.actor = doubted.actor AND counted.month = doubted.month
WHERE counted.people >= setting.least_people
