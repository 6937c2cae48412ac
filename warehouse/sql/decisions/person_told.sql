-- One row: a value of a fact that some record tells of a living person, with the first such record.
-- Which words of which document types tell a value is data (fact_word); here are the families and
-- the days on which their records are in force. A monthly payment is in force while its month is the
-- night's month or the month before; programmes paid come from benefit_received.
-- Who is missing: people of whom no such record is in force. Which source wins: none; a value is told
-- once however many records tell it.
WITH record AS (
    SELECT signature_id, document_type, stay_status AS word, stay_from AS told_from,
        stay_to AS told_to, delivery_id, line
    FROM f05_foreigner_nationality
    UNION ALL
    SELECT signature_id, document_type, 'released', released_on, CAST(NULL AS DATE), delivery_id,
        line
    FROM f07_custody
    WHERE released_on IS NOT NULL
    UNION ALL
    SELECT signature_id, document_type, employment_type, CAST(made_at AS DATE), CAST(NULL AS DATE),
        delivery_id, line
    FROM f10_employment_record
    UNION ALL
    SELECT signature_id, document_type, transfer_code, period,
        CASE
            WHEN period < CAST(night.month - INTERVAL '1' MONTH AS DATE)
                THEN CAST(period + INTERVAL '1' MONTH - INTERVAL '1' DAY AS DATE)
        END,
        delivery_id, line
    FROM f16_other_public_transfer
    CROSS JOIN night
    UNION ALL
    SELECT signature_id, document_type, member_type, acquired_on,
        CAST(lost_on - INTERVAL '1' DAY AS DATE), delivery_id, line
    FROM f18_insurance_membership
    UNION ALL
    SELECT signature_id, document_type, lease_kind, lease_from, lease_to, delivery_id, line
    FROM f22_lease_deposit
    UNION ALL
    SELECT signature_id, document_type, disability_kind, assessed_on, valid_to, delivery_id, line
    FROM f31_disability_assessment
    UNION ALL
    SELECT signature_id, document_type, care_kind, care_from, care_to, delivery_id, line
    FROM f32_medical_ltc_use
    UNION ALL
    SELECT signature_id, document_type, status, coalesce(closed_on, CAST(made_at AS DATE)),
        CAST(NULL AS DATE), delivery_id, line
    FROM f33_business_registration
    UNION ALL
    SELECT signature_id, document_type, programme_code, entitled_from, entitled_to, delivery_id, line
    FROM f34_benefit_entitlement
    WHERE status IS NULL
        OR status IN ('advance_support', 'changed', 'extended', 'granted', 'shortened')
    UNION ALL
    SELECT signature_id, document_type, facility_kind, admitted_on,
        CAST(left_on - INTERVAL '1' DAY AS DATE), delivery_id, line
    FROM f36_facility_residence_or_use
    UNION ALL
    SELECT signature_id, document_type, signal_kind, detected_on, CAST(NULL AS DATE), delivery_id,
        line
    FROM f37_crisis_signal
    UNION ALL
    SELECT signature_id, document_type, programme_code, supported_from, supported_to, delivery_id,
        line
    FROM f40_job_training_support
    WHERE status IS NULL
        OR status IN ('active', 'counselling', 'planning', 'job_search')
),
of_person AS (
    SELECT person_index.person_id, record.document_type, record.word, record.told_from,
        record.told_to, record.delivery_id, record.line
    FROM record
    INNER JOIN (SELECT DISTINCT document_type, word FROM fact_word) AS asked
        ON asked.document_type = record.document_type AND asked.word = record.word
    INNER JOIN person_index ON person_index.signature_id = record.signature_id
    UNION ALL
    SELECT
        benefit_received.person_id,
        benefit_received.document_type,
        benefit_received.programme_code,
        benefit_received.month,
        CASE
            WHEN benefit_received.month < CAST(night.month - INTERVAL '1' MONTH AS DATE)
                THEN CAST(
                    benefit_received.month + INTERVAL '1' MONTH - INTERVAL '1' DAY AS DATE
                )
        END,
        benefit_received.delivery_id,
        benefit_received.line
    FROM benefit_received
    CROSS JOIN night
    UNION ALL
    -- Whoever lived with somebody who died.
    SELECT living.person_id, 'household', 'member_died', person.death_date, CAST(NULL AS DATE),
        living.delivery_id, CAST(NULL AS BIGINT)
    FROM person
    CROSS JOIN night
    INNER JOIN household_member AS dead
        ON dead.person_id = person.person_id
        AND (dead.valid_to IS NULL OR dead.valid_to >= person.death_date)
    INNER JOIN household_member AS living
        ON living.household_id = dead.household_id
        AND living.person_id <> dead.person_id
        AND (living.valid_to IS NULL OR living.valid_to >= night.as_of)
    WHERE person.death_date IS NOT NULL
),
told AS (
    SELECT
        of_person.person_id,
        fact_word.fact,
        fact_word.value,
        fact_word.word_number,
        fact_word.mask,
        fact_word.is_shared,
        of_person.document_type,
        of_person.delivery_id,
        of_person.line,
        row_number() OVER (
            PARTITION BY of_person.person_id, fact_word.fact, fact_word.value
            ORDER BY of_person.document_type, of_person.delivery_id, of_person.line
        ) AS place
    FROM of_person
    CROSS JOIN night
    INNER JOIN fact_word
        ON fact_word.document_type = of_person.document_type AND fact_word.word = of_person.word
    INNER JOIN person_fact ON person_fact.person_id = of_person.person_id
    WHERE (of_person.told_from IS NULL OR of_person.told_from <= night.as_of)
        AND CASE
            WHEN fact_word.months IS NULL
                THEN of_person.told_to IS NULL OR of_person.told_to >= night.as_of
            ELSE of_person.told_from
                > CAST(night.as_of - fact_word.months * INTERVAL '1' MONTH AS DATE)
        END
        AND (fact_word.oldest IS NULL OR person_fact.age_years <= fact_word.oldest)
)
SELECT person_id, fact, value, word_number, mask, is_shared, document_type, delivery_id, line
FROM told
WHERE place = 1
ORDER BY person_id, fact, value
