-- One row: a record that tells a fact of a person on the night's date, and what it says; kept for the
-- night's work only. is_one_of_many: of such records that say the same the newest counts
-- (fact_evidence); the others come once already.
-- Who is missing: people whom the index does not know; records that are not in force.
-- Which source wins: none; see the tables that make the facts. Not sorted: only the steps after it read it.
WITH record AS (
    SELECT
        f01_person_identity.signature_id,
        'age_years' AS fact,
        CAST(NULL AS VARCHAR) AS said,
        f01_person_identity.document_type,
        f01_person_identity.delivery_id,
        f01_person_identity.line
    FROM f01_person_identity
    WHERE f01_person_identity.birth_date IS NOT NULL
        AND f01_person_identity.document_type LIKE 'I01-%'
    UNION ALL
    SELECT signature_id, 'sex',
        CASE WHEN sex IN ('male', 'M') THEN 'male' WHEN sex IN ('female', 'F') THEN 'female' END,
        document_type, delivery_id, line
    FROM f01_person_identity
    WHERE sex IN ('male', 'M', 'female', 'F') AND document_type LIKE 'I01-%'
    UNION ALL
    SELECT signature_id, 'stay_status', 'citizen', document_type, delivery_id, line
    FROM f01_person_identity
    WHERE document_type LIKE 'I01-%'
    UNION ALL
    SELECT signature_id, told.fact, NULL, document_type, delivery_id, line
    FROM f05_foreigner_nationality
    CROSS JOIN (SELECT unnest(['age_years', 'stay_status']) AS fact) AS told
    WHERE document_type LIKE 'I04-%'
        AND (told.fact = 'stay_status' AND coalesce(stay_status, CAST(naturalised_on AS VARCHAR)) IS NOT NULL
            OR told.fact = 'age_years' AND birth_date IS NOT NULL)
    UNION ALL
    SELECT
        signature_id,
        CASE WHEN document_type = 'I06-F31-01' THEN 'disability' ELSE 'ltc_grade' END,
        CASE
            WHEN severity = 'cognitive_support' THEN 'cognitive'
            WHEN document_type = 'I06-F31-01' OR severity LIKE 'grade_%' THEN severity
            ELSE 'none'
        END,
        document_type, delivery_id, line
    FROM f31_disability_assessment
    CROSS JOIN night
    WHERE document_type IN ('I06-F31-01', 'I24-F31-01')
        AND (valid_to IS NULL OR valid_to >= night.as_of)
        AND (assessed_on IS NULL OR assessed_on <= night.as_of)
    UNION ALL
    SELECT
        signature_id,
        'school_level',
        CASE
            WHEN level IN ('elementary', 'middle', 'high', 'special') AND document_type <> 'I08-F09-05'
                THEN level
            WHEN level IN ('college', 'university', 'cyber_university') THEN 'university'
            WHEN level IN ('master', 'doctor') THEN 'graduate'
            WHEN level = 'private_kindergarten' THEN 'kindergarten_private'
            WHEN level IN ('public_kindergarten', 'kindergarten') THEN 'kindergarten_public'
            WHEN level = 'infant' THEN 'daycare'
            ELSE 'special'
        END,
        document_type, delivery_id, line
    FROM f09_education_enrolment
    CROSS JOIN night
    WHERE document_type IN ('I08-F09-01', 'I08-F09-03', 'I08-F09-04', 'I08-F09-05', 'I08-F09-06')
        AND status IN ('enrolled', 'placed')
        AND (enrolled_on IS NULL OR enrolled_on <= night.as_of)
        AND (left_on IS NULL OR left_on > night.as_of)
    UNION ALL
    SELECT
        signature_id,
        'employment',
        CASE WHEN document_type IN ('I26-F18-03', 'I26-F18-04') THEN 'self' ELSE 'employee' END,
        document_type, delivery_id, line
    FROM f18_insurance_membership
    CROSS JOIN night
    WHERE document_type IN (
            'I26-F18-01', 'I24-F18-01', 'I26-F18-03', 'I26-F18-04', 'I28-F18-01', 'I29-F18-01',
            'I30-F18-01'
        )
        AND coalesce(member_type, 'regular') <> 'daily_over_one_month'
        AND (acquired_on IS NULL OR acquired_on <= night.as_of)
        AND (lost_on IS NULL OR lost_on > night.as_of)
    UNION ALL
    SELECT signature_id, told.fact, NULL, document_type, delivery_id, line
    FROM f18_insurance_membership
    CROSS JOIN night
    CROSS JOIN (SELECT unnest(['insured_day_count', 'unemployed_day_count']) AS fact) AS told
    WHERE scheme = 'employment_insurance'
        AND (acquired_on IS NULL OR acquired_on <= night.as_of)
    UNION ALL
    SELECT
        signature_id,
        'employment',
        CASE WHEN document_type = 'I26-F10-01' THEN 'employee' ELSE 'daily' END,
        document_type, delivery_id, line
    FROM f10_employment_record
    CROSS JOIN night
    WHERE document_type IN ('I26-F10-01', 'I27-F10-03', 'I07-F10-05')
        AND hired_on <= night.as_of
        AND CASE
            WHEN document_type = 'I26-F10-01' THEN left_on IS NULL OR left_on > night.as_of
            ELSE coalesce(left_on, hired_on) >= CAST(night.month - INTERVAL '1' MONTH AS DATE)
        END
    UNION ALL
    SELECT signature_id, 'employment', 'daily', document_type, delivery_id, line
    FROM f12_daily_wage_income
    CROSS JOIN night
    WHERE period >= CAST(night.month - INTERVAL '1' MONTH AS DATE) AND period <= night.as_of
    UNION ALL
    SELECT
        signature_id,
        'employment',
        CASE WHEN document_type = 'I15-F08-02' THEN 'conscript' ELSE 'employee' END,
        document_type, delivery_id, line
    FROM f08_military_service
    CROSS JOIN night
    WHERE document_type IN ('I15-F08-02', 'I14-F08-01')
        AND status IN ('serving', 'on_leave', 'parental_leave')
        AND (discharged_on IS NULL OR discharged_on > night.as_of)
    UNION ALL
    SELECT signature_id, 'employment', 'self', document_type, delivery_id, line
    FROM f33_business_registration
    CROSS JOIN night
    WHERE document_type = 'I03-F33-01' AND coalesce(status, 'active') = 'active'
        AND (closed_on IS NULL OR closed_on > night.as_of)
    UNION ALL
    SELECT signature_id, 'birth_order', NULL, document_type, delivery_id, line
    FROM f03_family_relation
    WHERE document_type = 'I02-F03-01' AND relation IN ('mother', 'father') AND event = 'current'
    UNION ALL
    SELECT signature_id, 'actual_rent_amount', NULL, document_type, delivery_id, line
    FROM f22_lease_deposit
    CROSS JOIN night
    WHERE (lease_from IS NULL OR lease_from <= night.as_of)
        AND (lease_to IS NULL OR lease_to >= night.as_of)
),
spouse_of_couple AS (
    SELECT
        CASE WHEN side.place = 1 THEN couple.person_id ELSE couple.spouse_id END AS person_id,
        couple.relation AS said,
        couple.document_type,
        couple.delivery_id,
        couple.line
    FROM couple
    CROSS JOIN (SELECT unnest([1, 2]) AS place) AS side
),
-- Of people in no couple: who is called a spouse by the household register, else by the family register.
spouse_record AS (
    SELECT
        CASE WHEN side.place = 1 THEN member.person_id ELSE member.head_person_id END AS person_id,
        member.relation_to_head AS said,
        1 AS source_rank,
        member.document_type,
        member.delivery_id,
        member.line
    FROM assistance_unit_member AS member
    CROSS JOIN (SELECT unnest([1, 2]) AS place) AS side
    WHERE member.relation_to_head IN ('spouse', 'de_facto_spouse')
        AND member.head_person_id <> member.person_id
    UNION ALL
    SELECT
        person_index.person_id,
        'spouse',
        2,
        family.document_type,
        family.delivery_id,
        family.line
    FROM f03_family_relation AS family
    CROSS JOIN night
    INNER JOIN person_index ON person_index.signature_id = family.signature_id
    WHERE family.document_type = 'I02-F03-01'
        AND family.relation = 'spouse'
        AND family.event = 'current'
        AND (family.ended_on IS NULL OR family.ended_on > night.as_of)
),
spouse_told AS (
    SELECT
        spouse_record.person_id,
        min(
            {
                'source_rank': spouse_record.source_rank,
                'document_type': spouse_record.document_type,
                'delivery_id': spouse_record.delivery_id,
                'line': spouse_record.line,
                'said': spouse_record.said
            }
        ) AS told
    FROM spouse_record
    LEFT JOIN spouse_of_couple ON spouse_of_couple.person_id = spouse_record.person_id
    WHERE spouse_of_couple.person_id IS NULL
    GROUP BY spouse_record.person_id
),
-- Of the youngest child, where there are several.
own_child AS (
    SELECT
        person_family.person_id,
        max(
            {
                'document_type': family.document_type,
                'delivery_id': family.delivery_id,
                'line': family.line
            }
        ) AS told
    FROM f03_family_relation AS family
    INNER JOIN person_index ON person_index.signature_id = family.signature_id
    INNER JOIN person_token AS parent
        ON parent.national_id_token = family.relative_national_id_token
    INNER JOIN person_family
        ON person_family.person_id = parent.person_id
        AND person_family.youngest_child_id = person_index.person_id
    WHERE family.document_type = 'I02-F03-01'
        AND family.relation IN ('mother', 'father')
        AND family.event = 'current'
    GROUP BY person_family.person_id
),
pension_told AS (
    SELECT DISTINCT ON (person_id) person_id, document_type, delivery_id, line
    FROM income_of_month
    WHERE income_asset_code IN ('A20', 'A21', 'A22', 'A23') AND monthly_amount > 0
    ORDER BY person_id, income_asset_code, document_type
),
other AS (
    SELECT person_id, fact, value AS said, document_type, delivery_id, line
    FROM person_told
    UNION ALL
    -- Work and day care that another fact tells.
    SELECT
        person_id,
        'employment',
        CASE WHEN fact = 'is_farmer' THEN 'self' ELSE 'unemployed' END,
        document_type,
        delivery_id,
        line
    FROM person_told
    WHERE fact = 'is_farmer'
        OR (fact = 'receipts' AND value IN ('P133', 'P135', 'P136', 'P137', 'P147', 'P148'))
    UNION ALL
    SELECT person_id, 'school_level', 'daycare', document_type, delivery_id, line
    FROM person_told
    WHERE fact = 'receipts' AND value IN ('P078', 'P079', 'P080', 'P082')
    UNION ALL
    SELECT person_id, 'has_spouse', said, document_type, delivery_id, line
    FROM spouse_of_couple
    UNION ALL
    SELECT
        person_id,
        'has_spouse',
        spouse_told.told.said,
        spouse_told.told.document_type,
        spouse_told.told.delivery_id,
        CAST(spouse_told.told.line AS BIGINT)
    FROM spouse_told
    UNION ALL
    SELECT
        person_id,
        'has_own_child',
        NULL,
        own_child.told.document_type,
        own_child.told.delivery_id,
        CAST(own_child.told.line AS BIGINT)
    FROM own_child
    UNION ALL
    SELECT
        person_id, 'has_occupational_pension', CAST(NULL AS VARCHAR), document_type, delivery_id, line
    FROM pension_told
)
SELECT
    signature_person.person_no, record.fact, record.said, told_delivery.delivery_no, record.line,
    TRUE AS is_one_of_many
FROM record
INNER JOIN told_delivery
    ON told_delivery.delivery_id = record.delivery_id
    AND told_delivery.document_type = record.document_type
INNER JOIN signature_person ON signature_person.signature_id = record.signature_id
UNION ALL
SELECT
    person_number.person_no, other.fact, other.said, told_delivery.delivery_no, other.line, FALSE
FROM other
INNER JOIN person_number ON person_number.person_id = other.person_id
LEFT JOIN told_delivery
    ON told_delivery.delivery_id = other.delivery_id
    AND told_delivery.document_type = other.document_type
