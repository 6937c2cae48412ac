-- One row: a living person, and what the law of means asks besides money: age in completed years,
-- disability, school, a veteran's grade.
-- Null where the register that would tell never arrived: unknown, and no deduction rests on it.
-- Who is missing: people registered as dead by the night's date.
-- Which source wins: birth date from the person index; disability from the newest register of people
-- with disabilities (I06-F31-01); grade of injury from the newest examination (I10-F31-01); school from
-- an enrolment open on the date (I08-F09-01, I08-F09-06).
WITH disability AS (
    SELECT
        person_index.person_id,
        max(CASE WHEN f31_disability_assessment.severity = 'severe' THEN 1 ELSE 0 END) AS is_severe
    FROM f31_disability_assessment
    CROSS JOIN night
    INNER JOIN person_index ON person_index.signature_id = f31_disability_assessment.signature_id
    INNER JOIN delivery ON delivery.delivery_id = f31_disability_assessment.delivery_id
    INNER JOIN feed
        ON feed.document_type = f31_disability_assessment.document_type
        AND feed.newest_period = CAST(delivery.period AS VARCHAR)
    WHERE f31_disability_assessment.document_type = 'I06-F31-01'
        AND f31_disability_assessment.severity IN ('mild', 'severe')
        AND (
            f31_disability_assessment.valid_to IS NULL
            OR f31_disability_assessment.valid_to >= night.as_of
        )
    GROUP BY person_index.person_id
),
veteran AS (
    SELECT
        person_index.person_id,
        CAST(substr(f31_disability_assessment.severity, 7, 1) AS INTEGER) AS grade,
        row_number() OVER (
            PARTITION BY person_index.person_id
            ORDER BY f31_disability_assessment.assessed_on DESC NULLS LAST,
                f31_disability_assessment.made_at DESC, f31_disability_assessment.delivery_id DESC,
                f31_disability_assessment.line DESC
        ) AS place
    FROM f31_disability_assessment
    CROSS JOIN night
    INNER JOIN person_index ON person_index.signature_id = f31_disability_assessment.signature_id
    WHERE f31_disability_assessment.document_type = 'I10-F31-01'
        AND substr(f31_disability_assessment.severity, 1, 6) = 'grade_'
        AND (
            f31_disability_assessment.valid_to IS NULL
            OR f31_disability_assessment.valid_to >= night.as_of
        )
),
student AS (
    SELECT DISTINCT person_index.person_id
    FROM f09_education_enrolment
    CROSS JOIN night
    INNER JOIN person_index ON person_index.signature_id = f09_education_enrolment.signature_id
    WHERE f09_education_enrolment.document_type IN ('I08-F09-01', 'I08-F09-06')
        AND f09_education_enrolment.status = 'enrolled'
        AND f09_education_enrolment.level IN (
            'elementary', 'middle', 'high', 'special', 'college', 'university'
        )
        AND (
            f09_education_enrolment.left_on IS NULL
            OR f09_education_enrolment.left_on > night.as_of
        )
),
arrived AS (
    SELECT
        max(CASE WHEN document_type = 'I06-F31-01' AND state <> 'missing' THEN 1 END)
            AS disability_register,
        max(
            CASE
                WHEN document_type IN ('I08-F09-01', 'I08-F09-06') AND state <> 'missing' THEN 1
            END
        ) AS pupil_register
    FROM feed
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
    CASE
        WHEN disability.person_id IS NOT NULL THEN TRUE
        WHEN arrived.disability_register = 1 THEN FALSE
    END AS is_disabled,
    CASE
        WHEN disability.person_id IS NOT NULL THEN disability.is_severe = 1
        WHEN arrived.disability_register = 1 THEN FALSE
    END AS is_severely_disabled,
    CASE
        WHEN student.person_id IS NOT NULL THEN TRUE
        WHEN arrived.pupil_register = 1 THEN FALSE
    END AS is_student,
    veteran.grade AS veteran_grade
FROM person
CROSS JOIN night
CROSS JOIN arrived
LEFT JOIN disability ON disability.person_id = person.person_id
LEFT JOIN veteran ON veteran.person_id = person.person_id AND veteran.place = 1
LEFT JOIN student ON student.person_id = person.person_id
WHERE person.death_date IS NULL OR person.death_date > night.as_of
ORDER BY person.person_id
