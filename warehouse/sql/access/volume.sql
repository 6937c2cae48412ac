-- One row: one access of a day on which an official read far more people than peers of the same role do,
-- or than the official usually does.
-- Who is missing: days of few people, whatever is usual; of a day that counts, what was read under a
-- case, unless all of it was.
-- Which source wins: the log of accesses.
WITH of_day AS (
    SELECT
        actor,
        any_value(role) AS role,
        happened_on,
        count(DISTINCT person_id) AS people,
        bool_and(has_case) AS is_all_under_cases
    FROM access_row
    WHERE person_id IS NOT NULL
    GROUP BY actor, happened_on
),
of_role AS (
    SELECT role, quantile_cont(people, 0.99) AS peers FROM of_day GROUP BY role
),
of_actor AS (
    SELECT actor, median(people) AS own FROM of_day GROUP BY actor
),
voluminous AS (
    SELECT of_day.*
    FROM of_day
    CROSS JOIN setting
    INNER JOIN of_role ON of_role.role IS NOT DISTINCT FROM of_day.role
    INNER JOIN of_actor ON of_actor.actor = of_day.actor
    WHERE of_day.people >= setting.least_people
        AND (
            of_day.people > setting.times_peers * of_role.peers
            OR of_day.people > setting.times_own * of_actor.own
        )
)
SELECT
    access_row.actor,
    access_row.happened_on AS alert_on,
    '' AS about,
    access_row.entry_id,
    access_row.person_id,
    'people on one day: ' || voluminous.people AS statement
FROM access_row
INNER JOIN voluminous
    ON voluminous.actor = access_row.actor AND voluminous.happened_on = access_row.happened_on
WHERE access_row.person_id IS NOT NULL
    AND (voluminous.is_all_under_cases OR NOT access_row.has_case)
