-- One row: a living person and what the person does for a living on the night's date, the first that
-- applies: conscript, employee, daily, self, unemployed, student, none.
-- Who is missing: the dead. employment is null (unknown) of people of 15 and more of whom nothing is
-- told while neither employment insurance nor health insurance of employees arrived.
-- Which source wins: the order above; day work and benefits of the night's month and the month before.
WITH spell AS (
    SELECT
        person_index.person_id,
        CASE
            WHEN f18_insurance_membership.document_type IN ('I26-F18-03', 'I26-F18-04')
                THEN 'self'
            ELSE 'employee'
        END AS employment,
        min(coalesce(f18_insurance_membership.lost_on, DATE '9999-12-31')) AS ended_on
    FROM f18_insurance_membership
    CROSS JOIN night
    INNER JOIN person_index ON person_index.signature_id = f18_insurance_membership.signature_id
    WHERE f18_insurance_membership.document_type IN (
            'I26-F18-01', 'I24-F18-01', 'I26-F18-03', 'I26-F18-04', 'I28-F18-01', 'I29-F18-01',
            'I30-F18-01'
        )
        AND coalesce(f18_insurance_membership.member_type, 'regular') <> 'daily_over_one_month'
        AND (
            f18_insurance_membership.acquired_on IS NULL
            OR f18_insurance_membership.acquired_on <= night.as_of
        )
    GROUP BY
        person_index.person_id,
        f18_insurance_membership.document_type,
        f18_insurance_membership.employer_brn,
        f18_insurance_membership.workplace_no,
        f18_insurance_membership.acquired_on
),
told AS (
    SELECT person_id, 'conscript' AS employment
    FROM person_fact
    WHERE is_conscript
    UNION ALL
    SELECT spell.person_id, spell.employment
    FROM spell
    CROSS JOIN night
    WHERE spell.ended_on > night.as_of
    UNION ALL
    SELECT
        person_index.person_id,
        CASE WHEN f10_employment_record.document_type = 'I26-F10-01' THEN 'employee' ELSE 'daily' END
    FROM f10_employment_record
    CROSS JOIN night
    INNER JOIN person_index ON person_index.signature_id = f10_employment_record.signature_id
    WHERE f10_employment_record.document_type IN ('I26-F10-01', 'I27-F10-03', 'I07-F10-05')
        AND f10_employment_record.hired_on <= night.as_of
        AND CASE
            WHEN f10_employment_record.document_type = 'I26-F10-01'
                THEN f10_employment_record.left_on IS NULL
                OR f10_employment_record.left_on > night.as_of
            ELSE coalesce(f10_employment_record.left_on, f10_employment_record.hired_on)
                >= CAST(night.month - INTERVAL '1' MONTH AS DATE)
        END
    UNION ALL
    SELECT person_index.person_id, 'employee'
    FROM f08_military_service
    CROSS JOIN night
    INNER JOIN person_index ON person_index.signature_id = f08_military_service.signature_id
    WHERE f08_military_service.document_type = 'I14-F08-01'
        AND f08_military_service.status IN ('serving', 'on_leave', 'parental_leave')
        AND (
            f08_military_service.discharged_on IS NULL
            OR f08_military_service.discharged_on > night.as_of
        )
    UNION ALL
    SELECT person_index.person_id, 'daily'
    FROM f12_daily_wage_income
    CROSS JOIN night
    INNER JOIN person_index ON person_index.signature_id = f12_daily_wage_income.signature_id
    WHERE f12_daily_wage_income.period >= CAST(night.month - INTERVAL '1' MONTH AS DATE)
        AND f12_daily_wage_income.period <= night.as_of
    UNION ALL
    SELECT person_index.person_id, 'self'
    FROM f33_business_registration
    CROSS JOIN night
    INNER JOIN person_index ON person_index.signature_id = f33_business_registration.signature_id
    WHERE f33_business_registration.document_type = 'I03-F33-01'
        AND coalesce(f33_business_registration.status, 'active') = 'active'
        AND (
            f33_business_registration.closed_on IS NULL
            OR f33_business_registration.closed_on > night.as_of
        )
    UNION ALL
    SELECT person_id, CASE WHEN fact = 'is_farmer' THEN 'self' ELSE 'unemployed' END
    FROM person_told
    WHERE fact = 'is_farmer'
        OR (fact = 'receipts' AND value IN ('P133', 'P135', 'P136', 'P137', 'P147', 'P148'))
    UNION ALL
    SELECT person_id, 'student'
    FROM person_school
    WHERE school_level IN ('elementary', 'middle', 'high', 'special', 'university', 'graduate')
),
ranked AS (
    SELECT
        person_id,
        min(
            CASE employment
                WHEN 'conscript' THEN 1
                WHEN 'employee' THEN 2
                WHEN 'daily' THEN 3
                WHEN 'self' THEN 4
                WHEN 'unemployed' THEN 5
                ELSE 6
            END
        ) AS first_place
    FROM told
    GROUP BY person_id
),
arrived AS (
    SELECT count(*) AS feeds
    FROM feed
    WHERE document_type IN ('I26-F18-01', 'I24-F18-01') AND state <> 'missing'
)
SELECT
    person_fact.person_id,
    CASE ranked.first_place
        WHEN 1 THEN 'conscript'
        WHEN 2 THEN 'employee'
        WHEN 3 THEN 'daily'
        WHEN 4 THEN 'self'
        WHEN 5 THEN 'unemployed'
        WHEN 6 THEN 'student'
        ELSE CASE WHEN arrived.feeds > 0 OR person_fact.age_years < 15 THEN 'none' END
    END AS employment
FROM person_fact
CROSS JOIN arrived
LEFT JOIN ranked ON ranked.person_id = person_fact.person_id
ORDER BY person_fact.person_id
