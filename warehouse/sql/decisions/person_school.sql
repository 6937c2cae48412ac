-- One row: a living person and the school, kindergarten or day care attended on the night's date.
-- school_level 'none' is known where the registers of the person's age arrived; null where not.
-- Who is missing: the dead.
-- Which source wins: pupils' register, universities, kindergartens, accredited schools, placements of
-- special education, then day care as told by the childcare fee; of one source the newest row.
WITH enrolled AS (
    SELECT
        person_index.person_id,
        CASE f09_education_enrolment.document_type
            WHEN 'I08-F09-01' THEN 1
            WHEN 'I08-F09-04' THEN 2
            WHEN 'I08-F09-03' THEN 3
            WHEN 'I08-F09-06' THEN 4
            ELSE 5
        END AS source_rank,
        f09_education_enrolment.made_at,
        f09_education_enrolment.delivery_id,
        f09_education_enrolment.line,
        CASE
            WHEN f09_education_enrolment.level IN ('elementary', 'middle', 'high', 'special')
                AND f09_education_enrolment.document_type <> 'I08-F09-05'
                THEN f09_education_enrolment.level
            WHEN f09_education_enrolment.level IN ('college', 'university', 'cyber_university')
                THEN 'university'
            WHEN f09_education_enrolment.level IN ('master', 'doctor') THEN 'graduate'
            WHEN f09_education_enrolment.level = 'private_kindergarten' THEN 'kindergarten_private'
            WHEN f09_education_enrolment.level IN ('public_kindergarten', 'kindergarten')
                THEN 'kindergarten_public'
            WHEN f09_education_enrolment.level = 'infant' THEN 'daycare'
            ELSE 'special'
        END AS school_level
    FROM f09_education_enrolment
    CROSS JOIN night
    INNER JOIN person_index ON person_index.signature_id = f09_education_enrolment.signature_id
    WHERE f09_education_enrolment.document_type
        IN ('I08-F09-01', 'I08-F09-03', 'I08-F09-04', 'I08-F09-05', 'I08-F09-06')
        AND f09_education_enrolment.status IN ('enrolled', 'placed')
        AND (
            f09_education_enrolment.enrolled_on IS NULL
            OR f09_education_enrolment.enrolled_on <= night.as_of
        )
        AND (
            f09_education_enrolment.left_on IS NULL OR f09_education_enrolment.left_on > night.as_of
        )
),
ordered AS (
    SELECT
        person_id,
        school_level,
        row_number() OVER (
            PARTITION BY person_id
            ORDER BY source_rank, made_at DESC, delivery_id DESC, line DESC
        ) AS place
    FROM enrolled
),
in_day_care AS (
    SELECT DISTINCT person_id
    FROM person_told
    WHERE fact = 'receipts' AND value IN ('P078', 'P079', 'P080', 'P082')
),
arrived AS (
    SELECT
        max(CASE WHEN document_type = 'I08-F09-01' THEN 1 ELSE 0 END) = 1 AS has_pupils,
        max(CASE WHEN document_type = 'I08-F09-03' THEN 1 ELSE 0 END) = 1 AS has_kindergartens,
        max(CASE WHEN document_type = 'I08-F09-04' THEN 1 ELSE 0 END) = 1 AS has_universities,
        max(CASE WHEN document_type = 'I06-F34-06' THEN 1 ELSE 0 END) = 1 AS has_day_care
    FROM feed
    WHERE state <> 'missing'
)
SELECT
    person_fact.person_id,
    CASE
        WHEN ordered.person_id IS NOT NULL THEN ordered.school_level
        WHEN in_day_care.person_id IS NOT NULL THEN 'daycare'
        WHEN person_fact.age_years < 3 AND arrived.has_day_care THEN 'none'
        WHEN person_fact.age_years BETWEEN 3 AND 5
            AND arrived.has_day_care AND arrived.has_kindergartens
            THEN 'none'
        WHEN person_fact.age_years BETWEEN 6 AND 17 AND arrived.has_pupils THEN 'none'
        WHEN person_fact.age_years >= 18 AND arrived.has_pupils AND arrived.has_universities
            THEN 'none'
    END AS school_level
FROM person_fact
CROSS JOIN arrived
LEFT JOIN ordered ON ordered.person_id = person_fact.person_id AND ordered.place = 1
LEFT JOIN in_day_care ON in_day_care.person_id = person_fact.person_id
ORDER BY person_fact.person_id
