-- One row: one access to somebody of an area for which the official was responsible before, after
-- the days for handing over, without a case.
-- Who is missing: people who also belong to the new area; reading under a case that went with the
-- official.
-- Which source wins: the register of officials.
WITH doubted AS (
    SELECT access_row.*, former.valid_to AS left_on
    FROM access_row
    CROSS JOIN setting
    INNER JOIN official AS former
        ON former.actor = access_row.actor
        AND former.valid_to + to_days(CAST(setting.grace_days AS INTEGER)) < access_row.happened_on
        AND starts_with(access_row.person_area, former.area_code)
        AND former.area_code <> ''
    WHERE access_row.has_post AND NOT access_row.is_in_area AND NOT access_row.has_case
        AND NOT access_row.is_break_glass
),
counted AS (
    SELECT actor, month, count(DISTINCT access) AS accesses FROM doubted GROUP BY actor, month
)
SELECT DISTINCT
    doubted.actor,
    doubted.month AS alert_on,
    '' AS about,
    doubted.entry_id,
    doubted.person_id,
    'accesses to the former area: ' || counted.accesses AS statement
FROM doubted
CROSS JOIN setting
INNER JOIN counted ON counted.actor = doubted.actor AND counted.month = doubted.month
WHERE counted.accesses >= setting.least_accesses
