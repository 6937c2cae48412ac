-- One row: a living person of the index, with what programmes ask of a person on the night's date.
-- Who is missing: people registered as dead by the night's date.
-- Which source wins: birth date, sex and nationality from the person index; disability from the
-- newest register of people with disabilities (I06-F31-01); the care grade from the newest grading in
-- force; stay status from the newest spell, a recognised refugee before all; conscription from spells
-- open on the date. disability and ltc_grade are 'none' once their register arrived, null before.
WITH disability AS (
    SELECT
        person_index.person_id,
        max(CASE WHEN f31_disability_assessment.severity = 'severe' THEN 1 ELSE 0 END) = 1
            AS is_severe
    FROM f31_disability_assessment
    CROSS JOIN night
    INNER JOIN person_index ON person_index.signature_id = f31_disability_assessment.signature_id
    INNER JOIN delivery ON delivery.delivery_id = f31_disability_assessment.delivery_id
    WHERE f31_disability_assessment.document_type = 'I06-F31-01'
        AND f31_disability_assessment.severity IN ('severe', 'mild')
        AND (
            f31_disability_assessment.valid_to IS NULL
            OR f31_disability_assessment.valid_to >= night.as_of
        )
        AND CAST(delivery.period AS VARCHAR) = (
            SELECT max(CAST(newest.period AS VARCHAR))
            FROM delivery AS newest
            WHERE newest.document_type = 'I06-F31-01'
                AND newest.is_effective AND newest.state = 'landed'
        )
    GROUP BY person_index.person_id
),
care_grading AS (
    SELECT
        person_index.person_id,
        f31_disability_assessment.severity,
        row_number() OVER (
            PARTITION BY person_index.person_id
            ORDER BY f31_disability_assessment.assessed_on DESC NULLS LAST,
                f31_disability_assessment.delivery_id DESC, f31_disability_assessment.line DESC
        ) AS place
    FROM f31_disability_assessment
    CROSS JOIN night
    INNER JOIN person_index ON person_index.signature_id = f31_disability_assessment.signature_id
    WHERE f31_disability_assessment.document_type = 'I24-F31-01'
        AND (
            f31_disability_assessment.assessed_on IS NULL
            OR f31_disability_assessment.assessed_on <= night.as_of
        )
        AND (
            f31_disability_assessment.valid_to IS NULL
            OR f31_disability_assessment.valid_to >= night.as_of
        )
),
arrived AS (
    SELECT
        max(CASE WHEN document_type = 'I06-F31-01' THEN 1 ELSE 0 END) = 1 AS has_disabilities,
        max(CASE WHEN document_type = 'I24-F31-01' THEN 1 ELSE 0 END) = 1 AS has_care_grades
    FROM delivery
    WHERE is_effective AND state = 'landed'
),
stay AS (
    SELECT
        person_index.person_id,
        f05_foreigner_nationality.stay_status,
        row_number() OVER (
            PARTITION BY person_index.person_id
            ORDER BY
                CASE
                    WHEN f05_foreigner_nationality.stay_status IN ('refugee', 'F-2-4') THEN 0
                    ELSE 1
                END,
                f05_foreigner_nationality.stay_from DESC NULLS LAST,
                f05_foreigner_nationality.delivery_id, f05_foreigner_nationality.line
        ) AS place
    FROM f05_foreigner_nationality
    INNER JOIN person_index ON person_index.signature_id = f05_foreigner_nationality.signature_id
    WHERE f05_foreigner_nationality.stay_status IS NOT NULL
        AND f05_foreigner_nationality.document_type
        NOT IN ('I17-F05-01', 'I18-F05-01', 'I18-F05-02')
),
conscript AS (
    SELECT DISTINCT person_index.person_id
    FROM f08_military_service
    CROSS JOIN night
    INNER JOIN person_index ON person_index.signature_id = f08_military_service.signature_id
    WHERE f08_military_service.document_type = 'I15-F08-02'
        AND f08_military_service.status = 'serving'
        AND f08_military_service.enlisted_on <= night.as_of
        AND (
            f08_military_service.discharged_on IS NULL
            OR f08_military_service.discharged_on > night.as_of
        )
)
SELECT
    person.person_id,
    extract(YEAR FROM night.as_of) - extract(YEAR FROM person.birth_date)
    - CASE
        WHEN extract(MONTH FROM night.as_of) * 100 + extract(DAY FROM night.as_of)
            < extract(MONTH FROM person.birth_date) * 100 + extract(DAY FROM person.birth_date)
            THEN 1
        ELSE 0
    END AS age_years,
    CAST(date_diff('month', person.birth_date, night.as_of) AS BIGINT)
    - CASE
        WHEN extract(DAY FROM night.as_of) < extract(DAY FROM person.birth_date)
            AND night.as_of < last_day(night.as_of)
            THEN 1
        ELSE 0
    END AS months_since_birth,
    person.sex,
    CASE
        WHEN NOT person.is_foreign THEN 'citizen'
        WHEN stay.stay_status IS NULL THEN NULL
        WHEN stay.stay_status IN ('refugee', 'F-2-4', 'F24') THEN 'refugee'
        WHEN replace(stay.stay_status, '-', '') LIKE 'F5%' THEN 'permanent'
        WHEN replace(stay.stay_status, '-', '') LIKE 'F6%' THEN 'marriage_migrant'
        WHEN replace(stay.stay_status, '-', '') LIKE 'F4%' THEN 'overseas_korean'
        ELSE 'other_foreigner'
    END AS stay_status,
    CASE
        WHEN disability.is_severe THEN 'severe'
        WHEN disability.person_id IS NOT NULL THEN 'mild'
        WHEN arrived.has_disabilities THEN 'none'
    END AS disability,
    CASE
        WHEN care_grading.severity IN ('grade_1', 'grade_2', 'grade_3', 'grade_4', 'grade_5')
            THEN care_grading.severity
        WHEN care_grading.severity = 'cognitive_support' THEN 'cognitive'
        WHEN care_grading.person_id IS NOT NULL OR arrived.has_care_grades THEN 'none'
    END AS ltc_grade,
    NOT person.is_foreign AS is_citizen,
    coalesce(disability.is_severe, FALSE) AS is_severely_disabled,
    conscript.person_id IS NOT NULL AS is_conscript
FROM person
CROSS JOIN night
CROSS JOIN arrived
LEFT JOIN disability ON disability.person_id = person.person_id
LEFT JOIN care_grading
    ON care_grading.person_id = person.person_id AND care_grading.place = 1
LEFT JOIN stay ON stay.person_id = person.person_id AND stay.place = 1
LEFT JOIN conscript ON conscript.person_id = person.person_id
WHERE person.death_date IS NULL OR person.death_date > night.as_of
ORDER BY person.person_id
