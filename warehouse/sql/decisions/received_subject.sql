-- One row: a subject (an assistance unit or a person) to whom a programme was paid in the night's
-- month or the month before.
-- Who is missing: subjects without a payment in those months.
WITH recent AS (
    SELECT DISTINCT benefit_received.person_id, benefit_received.programme_code
    FROM benefit_received
    CROSS JOIN night
    WHERE benefit_received.month >= CAST(night.month - INTERVAL '1' MONTH AS DATE)
        AND benefit_received.month <= night.month
)
SELECT CAST(recent.person_id AS VARCHAR) AS subject_id, 'person' AS subject_scope,
    recent.programme_code
FROM recent
UNION
SELECT CAST(unit.household_id AS VARCHAR), 'household', recent.programme_code
FROM recent
INNER JOIN assistance_unit_member AS unit ON unit.person_id = recent.person_id
ORDER BY subject_id, subject_scope, programme_code
