-- One row: one piece of evidence that somebody very old was paid for a month, of whose care nothing is
-- told in the year up to the end of that month or since.
-- Who is missing: people registered as dead; residents of facilities, who are seen every day; people whom
-- the yearly survival check, or a village head, saw alive in that time (what relatives say is no proof);
-- check-ups that were only due, refunds and registrations, which are no care.
-- Which source wins: the birth date of the person index, which follows the register.
WITH aged AS (
    SELECT person.person_id, person.birth_date
    FROM person
    CROSS JOIN night
    CROSS JOIN d09_setting AS setting
    WHERE person.death_date IS NULL
        AND person.birth_date + setting.age_years * INTERVAL '1' YEAR <= last_day(night.month)
),
paid AS (
    SELECT
        benefit_received.*,
        aged.birth_date,
        CAST(
            benefit_received.month + (1 - setting.silent_months) * INTERVAL '1' MONTH AS DATE
        ) AS silent_from
    FROM benefit_received
    CROSS JOIN d09_setting AS setting
    INNER JOIN aged ON aged.person_id = benefit_received.person_id
    WHERE aged.birth_date + setting.age_years * INTERVAL '1' YEAR
        <= last_day(benefit_received.month)
),
seen AS (
    SELECT aged.person_id, coalesce(care.care_to, care.care_from) AS seen_to
    FROM aged
    INNER JOIN person_index ON person_index.person_id = aged.person_id
    INNER JOIN f32_medical_ltc_use AS care ON care.signature_id = person_index.signature_id
    WHERE care.document_type IN (
            'I24-F32-01', 'I24-F32-02', 'I25-F32-01', 'I25-F32-02', 'I25-F32-03', 'I25-F32-04',
            'I25-F32-05', 'I25-F32-06'
        )
    UNION ALL
    SELECT aged.person_id, coalesce(stay.left_on, night.as_of)
    FROM aged
    CROSS JOIN night
    INNER JOIN person_index ON person_index.person_id = aged.person_id
    INNER JOIN f36_facility_residence_or_use AS stay
        ON stay.signature_id = person_index.signature_id
    INNER JOIN residential_facility ON residential_facility.facility_kind = stay.facility_kind
    UNION ALL
    SELECT aged.person_id, event.occurred_on
    FROM aged
    INNER JOIN person_index ON person_index.person_id = aged.person_id
    INNER JOIN f04_vital_event AS event ON event.signature_id = person_index.signature_id
    WHERE event.document_type = 'I01-F04-04'
        AND event.event = 'alive_confirmed'
        AND event.reporter_type IN ('public_office', 'village_head')
),
unseen AS (
    SELECT paid.*
    FROM paid
    WHERE NOT EXISTS (
        SELECT 1
        FROM seen
        WHERE seen.person_id = paid.person_id AND seen.seen_to >= paid.silent_from
    )
),
found AS (
    SELECT
        person_id AS subject_id,
        person_id,
        programme_code,
        CAST(NULL AS VARCHAR) AS other_programme_code,
        month AS period,
        month AS first_period,
        month AS last_period,
        sum(amount) AS amount_at_stake,
        'born ' || CAST(year(max(birth_date)) AS VARCHAR) || '; no care since '
        || CAST(max(silent_from) AS VARCHAR) || '; paid ' || CAST(sum(amount) AS VARCHAR)
            AS statement
    FROM unseen
    GROUP BY person_id, programme_code, month
),
evidence AS (
    SELECT
        person_id AS subject_id,
        programme_code,
        CAST(NULL AS VARCHAR) AS other_programme_code,
        month AS period,
        'payment' AS role,
        document_type,
        delivery_id,
        line
    FROM unseen
    UNION ALL
    SELECT unseen.person_id, unseen.programme_code, NULL, unseen.month, 'birth date',
        identity.document_type, identity.delivery_id, identity.line
    FROM unseen
    INNER JOIN person_index ON person_index.person_id = unseen.person_id
    INNER JOIN f01_person_identity AS identity
        ON identity.signature_id = person_index.signature_id
    WHERE identity.document_type = 'I01-F01-01'
)
{{rows}}
