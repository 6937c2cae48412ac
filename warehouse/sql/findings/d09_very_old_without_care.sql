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
very_old_paid AS (
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
    INNER JOIN recipient_index ON recipient_index.person_id = aged.person_id
    INNER JOIN f32_medical_ltc_use AS care ON care.signature_id = recipient_index.signature_id
    WHERE care.document_type IN (
            'I24-F32-01', 'I24-F32-02', 'I25-F32-01', 'I25-F32-02', 'I25-F32-03', 'I25-F32-04',
            'I25-F32-05', 'I25-F32-06'
        )
    UNION ALL
    SELECT aged.person_id, coalesce(stay.left_on, night.as_of)
    FROM aged
    CROSS JOIN night
    INNER JOIN recipient_index ON recipient_index.person_id = aged.person_id
    INNER JOIN f36_facility_residence_or_use AS stay
        ON stay.signature_id = recipient_index.signature_id
    INNER JOIN residential_facility ON residential_facility.facility_kind = stay.facility_kind
    UNION ALL
    SELECT aged.person_id, event.occurred_on
    FROM aged
    INNER JOIN recipient_index ON recipient_index.person_id = aged.person_id
    INNER JOIN f04_vital_event AS event ON event.signature_id = recipient_index.signature_id
    WHERE event.document_type = 'I01-F04-04'
        AND event.event = 'alive_confirmed'
        AND event.reporter_type IN ('public_office', 'village_head')
),
paid AS (
    SELECT very_old_paid.*
    FROM very_old_paid
    WHERE NOT EXISTS (
        SELECT 1
        FROM seen
        WHERE seen.person_id = very_old_paid.person_id AND seen.seen_to >= very_old_paid.silent_from
    )
),
birth AS (
    SELECT
        recipient_index.person_id,
        identity.document_type,
        identity.delivery_id,
        identity.line
    FROM aged
    INNER JOIN recipient_index ON recipient_index.person_id = aged.person_id
    INNER JOIN f01_person_identity AS identity
        ON identity.signature_id = recipient_index.signature_id
    WHERE identity.document_type = 'I01-F01-01'
),
reason AS (
    SELECT
        paid.person_id,
        paid.programme_code,
        paid.month,
        'birth date' AS role,
        birth.document_type,
        birth.delivery_id,
        birth.line,
        'born ' || CAST(year(paid.birth_date) AS VARCHAR)
        || '; no care since ' || CAST(paid.silent_from AS VARCHAR) AS said
    FROM paid
    LEFT JOIN birth ON birth.person_id = paid.person_id
),
{{month_paid_rows}}
