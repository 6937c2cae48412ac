-- One row: one refused attempt of an hour in which an account was refused again and again.
-- Who is missing: refusals that lie further apart.
-- Which source wins: the log of accesses.
WITH refused AS (
    SELECT
        log_entry.actor,
        log_entry.happened_at,
        CAST(log_entry.happened_at AS DATE) AS happened_on,
        'access-' || log_entry.number AS entry_id,
        setting.least_attempts,
        to_minutes(CAST(setting.within_minutes AS INTEGER)) AS within
    FROM log_entry
    CROSS JOIN setting
    WHERE log_entry.result = 'refused'
),
burst AS (
    SELECT one.actor, one.happened_at AS began_at
    FROM refused AS one
    INNER JOIN refused AS other
        ON other.actor = one.actor
        AND other.happened_at BETWEEN one.happened_at AND one.happened_at + one.within
    GROUP BY one.actor, one.happened_at, one.least_attempts, one.entry_id
    HAVING count(*) >= one.least_attempts
)
SELECT DISTINCT
    refused.actor,
    refused.happened_on AS alert_on,
    '' AS about,
    refused.entry_id,
    CAST(NULL AS VARCHAR) AS person_id,
    'refused attempts within an hour' AS statement
FROM refused
INNER JOIN burst
    ON burst.actor = refused.actor
    AND refused.happened_at BETWEEN burst.began_at AND burst.began_at + refused.within
