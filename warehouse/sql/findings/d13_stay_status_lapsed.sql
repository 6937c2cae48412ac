-- One row: one piece of evidence that a foreigner was paid a programme for citizens or named statuses of
-- stay for a month that began after the last known stay had run out.
-- Who is missing: citizens and naturalised people, permanent residents (their card runs out, not their
-- status), recognised refugees, people with a stay without an end, and units of the basic benefits in
-- which somebody else may receive.
-- Which source wins: the latest end of stay that any register of foreigners or permit states.
WITH spell AS (
    SELECT
        person_index.person_id,
        replace(coalesce(f05_foreigner_nationality.stay_status, ''), '-', '') AS stay_status,
        f05_foreigner_nationality.stay_to,
        f05_foreigner_nationality.document_type,
        f05_foreigner_nationality.delivery_id,
        f05_foreigner_nationality.line
    FROM f05_foreigner_nationality
    INNER JOIN person_index ON person_index.signature_id = f05_foreigner_nationality.signature_id
    WHERE f05_foreigner_nationality.document_type
        IN ('I04-F05-01', 'I04-F05-02', 'I04-F05-03', 'I04-F05-06')
),
lapsed AS (
    SELECT spell.person_id, max(spell.stay_to) AS ended_on
    FROM spell
    INNER JOIN person ON person.person_id = spell.person_id
    WHERE person.is_foreign
    GROUP BY spell.person_id
    HAVING count(*) = count(spell.stay_to)
        AND max(
            CASE
                WHEN spell.stay_status LIKE 'F5%' OR spell.stay_status IN ('F24', 'refugee') THEN 1
                ELSE 0
            END
        ) = 0
),
-- Members of whom it is not known that their stay ran out.
unit_with_others AS (
    SELECT DISTINCT own.person_id
    FROM lapsed
    INNER JOIN assistance_unit_member AS own ON own.person_id = lapsed.person_id
    INNER JOIN assistance_unit_member AS other
        ON other.household_id = own.household_id
        AND other.person_id <> own.person_id
        AND other.is_counted
    LEFT JOIN lapsed AS other_lapsed ON other_lapsed.person_id = other.person_id
    WHERE other_lapsed.person_id IS NULL
),
paid AS (
    SELECT
        benefit_received.*,
        lapsed.ended_on
    FROM benefit_received
    INNER JOIN d13_programme ON d13_programme.programme_code = benefit_received.programme_code
    INNER JOIN lapsed ON lapsed.person_id = benefit_received.person_id
    CROSS JOIN d13_setting AS setting
    LEFT JOIN unit_with_others ON unit_with_others.person_id = benefit_received.person_id
    WHERE CAST(lapsed.ended_on + setting.grace_days * INTERVAL '1' DAY AS DATE)
        < benefit_received.month
        AND (d13_programme.is_of_unit = 0 OR unit_with_others.person_id IS NULL)
),
reason AS (
    SELECT
        paid.person_id,
        paid.programme_code,
        paid.month,
        'stay' AS role,
        spell.document_type,
        spell.delivery_id,
        spell.line,
        'stay ended ' || CAST(paid.ended_on AS VARCHAR) AS said
    FROM paid
    INNER JOIN spell
        ON spell.person_id = paid.person_id AND spell.stay_to = paid.ended_on
),
{{month_paid_rows}}
