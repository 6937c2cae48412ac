-- One row: one piece of evidence that a programme was paid for a month that began after a death that a
-- facility, a hospital, a crematorium, a cemetery, the police or a town office told of, and that no
-- register of deaths knows some days after it was told.
-- Who is missing: deaths that a register has (another rule looks at those); notices that the sender took
-- back; notices without a number, unless a second institution tells of the death; moved graves and
-- remains, which are no new death; what is paid because somebody died; and people whom a register restored or an official saw alive since.
-- Care after the notice of one institution alone says that the notice is wrong, and clears it.
-- Which source wins: the earliest day that any of the notices states.
WITH notice AS (
    SELECT
        recipient_index.person_id,
        event.occurred_on,
        coalesce(event.reported_on, event.occurred_on) AS told_on,
        document_type.institution,
        recipient_index.match_kind = 'national_id' AS is_by_number,
        event.document_type,
        event.delivery_id,
        event.line
    FROM f04_vital_event AS event
    CROSS JOIN night
    INNER JOIN recipient_index ON recipient_index.signature_id = event.signature_id
    INNER JOIN document_type ON document_type.code = event.document_type
    WHERE recipient_index.person_id IS NOT NULL
        AND event.occurred_on <= night.as_of
        AND event.event IN (
            'death_in_facility', 'death_at_home_care', 'death_in_claim', 'cremation', 'burial',
            'columbarium', 'natural_burial', 'death_identified', 'unclaimed_no_relative',
            'unclaimed_refused', 'unclaimed_relative_unknown', 'death_found'
        )
),
answered AS (
    SELECT
        recipient_index.person_id,
        event.document_type,
        event.event,
        coalesce(event.reported_on, event.occurred_on) AS told_on
    FROM f04_vital_event AS event
    INNER JOIN recipient_index ON recipient_index.signature_id = event.signature_id
    WHERE event.event IN (
        'report_cancelled', 'death_claim_withdrawn', 'corrected', 'death_cancelled',
        'alive_confirmed', 'found'
    )
),
standing AS (
    SELECT notice.*
    FROM notice
    LEFT JOIN registered_death ON registered_death.person_id = notice.person_id
    WHERE registered_death.person_id IS NULL
        AND NOT EXISTS (
            SELECT 1
            FROM answered
            WHERE answered.person_id = notice.person_id
                AND answered.told_on >= notice.occurred_on
                AND (
                    answered.document_type = notice.document_type
                    OR answered.event IN ('death_cancelled', 'alive_confirmed', 'found')
                )
        )
),
told AS (
    SELECT
        standing.person_id,
        min(standing.occurred_on) AS died_on,
        min(standing.told_on) AS told_on,
        count(DISTINCT standing.institution) AS institutions,
        max(CASE WHEN standing.is_by_number THEN 1 ELSE 0 END) AS is_by_number
    FROM standing
    GROUP BY standing.person_id
),
treated AS (
    SELECT DISTINCT told.person_id
    FROM told
    CROSS JOIN d02_setting AS setting
    INNER JOIN recipient_index ON recipient_index.person_id = told.person_id
    INNER JOIN f32_medical_ltc_use AS care ON care.signature_id = recipient_index.signature_id
    WHERE recipient_index.match_kind = 'national_id'
        AND care.care_from > told.died_on + setting.days_of_late_care * INTERVAL '1' DAY
        AND care.document_type IN (
            'I24-F32-01', 'I24-F32-02', 'I25-F32-01', 'I25-F32-02', 'I25-F32-03', 'I25-F32-04',
            'I25-F32-06'
        )
),
dead AS (
    SELECT told.person_id, told.died_on
    FROM told
    CROSS JOIN night
    CROSS JOIN d02_setting AS setting
    LEFT JOIN treated ON treated.person_id = told.person_id
    WHERE told.told_on <= night.as_of - setting.days_to_register * INTERVAL '1' DAY
        AND (told.is_by_number = 1 OR told.institutions >= 2)
        AND (treated.person_id IS NULL OR told.institutions >= 2)
),
paid AS (
    SELECT benefit_received.*, dead.died_on
    FROM benefit_received
    INNER JOIN dead ON dead.person_id = benefit_received.person_id
    WHERE dead.died_on < benefit_received.month
        AND benefit_received.programme_code
        NOT IN ('P003', 'P275', 'P292', 'emergency_birth_funeral')
),
reason AS (
    SELECT
        paid.person_id,
        paid.programme_code,
        paid.month,
        'death' AS role,
        standing.document_type,
        standing.delivery_id,
        standing.line,
        'death told of for ' || CAST(paid.died_on AS VARCHAR) || ' in no register' AS said
    FROM paid
    INNER JOIN standing ON standing.person_id = paid.person_id
),
{{month_paid_rows}}
