-- One row: one access of twelve in a row of which an official read nearly all in the order of the
-- people's IDs, up or down. IDs are opaque, so no work by itself follows their order; one other access
-- in between does not hide a run.
-- Who is missing: people read under a case, as work lists may be sorted; the others whom one access
-- shows beside the person asked about.
-- Which source wins: the log of accesses.
WITH step AS (
    SELECT
        *,
        lag(person_id) OVER own AS person_before,
        lag(happened_at) OVER own AS moment_before
    FROM access_row
    WHERE person_id IS NOT NULL AND is_asked AND NOT has_case
    WINDOW own AS (PARTITION BY actor ORDER BY number, person_id)
),
turned AS (
    SELECT
        step.*,
        setting.least_steps,
        CAST(
            coalesce(
                happened_at - moment_before
                <= to_minutes(CAST(setting.longest_gap_minutes AS INTEGER)),
                FALSE
            ) AS INTEGER
        ) AS follows
    FROM step
    CROSS JOIN setting
),
counted AS (
    SELECT
        *,
        sum(CASE WHEN person_id > person_before THEN follows ELSE 0 END) OVER eleven AS steps_up,
        sum(CASE WHEN person_id < person_before THEN follows ELSE 0 END) OVER eleven AS steps_down
    FROM turned
    WINDOW eleven AS (
        PARTITION BY actor ORDER BY number, person_id ROWS BETWEEN 10 PRECEDING AND CURRENT ROW
    )
),
shown AS (
    SELECT
        *,
        max(greatest(steps_up, steps_down)) OVER (
            PARTITION BY actor ORDER BY number, person_id
            ROWS BETWEEN CURRENT ROW AND 11 FOLLOWING
        ) AS most_steps
    FROM counted
)
SELECT
    actor,
    happened_on AS alert_on,
    '' AS about,
    entry_id,
    person_id,
    'read in the order of IDs' AS statement
FROM shown
WHERE most_steps >= least_steps
