-- One row: a living person with every fact of the vocabulary (hub/programmes/facts.toml), those of the
-- person's assistance unit among them.
-- Who is missing: the dead. Household facts are null of people who count in no unit.
-- Which source wins: see the table of each fact. What a person receives is what the person is told to
-- receive, and what another counted member does of the programmes of the household.
SELECT
    person_fact.person_id AS subject_id,
    CAST(person_fact.age_years AS BIGINT) AS age_years,
    person_fact.months_since_birth,
    person_fact.sex,
    person_fact.stay_status,
    person_fact.disability,
    person_fact.ltc_grade,
    coalesce(person_set.diseases, CAST(0 AS UBIGINT)) AS diseases,
    coalesce(person_set.diseases, CAST(0 AS UBIGINT)) | fact_known.diseases AS diseases_known,
    CASE
        WHEN person_set.is_pregnant THEN TRUE
        WHEN person_fact.sex = 'male' OR person_fact.age_years < 10 OR person_fact.age_years > 59
            THEN FALSE
    END AS is_pregnant,
    person_school.school_level,
    person_employment.employment,
    CASE
        WHEN person_insured.person_id IS NOT NULL THEN person_insured.insured_day_count
        WHEN arrived.has_insurance THEN CAST(0 AS BIGINT)
    END AS insured_day_count,
    CASE
        WHEN person_employment.employment = 'employee' THEN CAST(0 AS BIGINT)
        ELSE person_insured.unemployed_day_count
    END AS unemployed_day_count,
    coalesce(person_set.veteran_kinds, CAST(0 AS UBIGINT)) AS veteran_kinds,
    coalesce(person_set.veteran_kinds, CAST(0 AS UBIGINT)) | fact_known.veteran_kinds
        AS veteran_kinds_known,
    CASE WHEN person_set.is_farmer THEN TRUE WHEN fact_known.is_farmer THEN FALSE END AS is_farmer,
    CASE WHEN person_set.is_artist THEN TRUE WHEN fact_known.is_artist THEN FALSE END AS is_artist,
    CASE WHEN person_set.is_defector THEN TRUE WHEN fact_known.is_defector THEN FALSE END AS is_defector,
    CASE WHEN person_set.is_crime_victim THEN TRUE WHEN fact_known.is_crime_victim THEN FALSE END AS is_crime_victim,
    CASE WHEN person_set.is_violence_victim THEN TRUE WHEN fact_known.is_violence_victim THEN FALSE END AS is_violence_victim,
    CASE WHEN person_set.is_in_foster_care THEN TRUE WHEN fact_known.is_in_foster_care THEN FALSE END AS is_in_foster_care,
    person_family.is_in_single_parent_family,
    person_family.is_in_grandparent_family,
    person_family.is_in_multicultural_family,
    CAST(person_family.birth_order AS BIGINT) AS birth_order,
    person_family.has_own_child,
    person_family.months_since_childbirth,
    coalesce(person_set.crises, CAST(0 AS UBIGINT)) AS crises,
    coalesce(person_set.crises, CAST(0 AS UBIGINT)) | fact_known.crises AS crises_known,
    coalesce(person_set.receipts_0, CAST(0 AS UBIGINT))
    | coalesce(unit_set.shared_receipts_0, CAST(0 AS UBIGINT)) AS receipts_0,
    coalesce(person_set.receipts_1, CAST(0 AS UBIGINT))
    | coalesce(unit_set.shared_receipts_1, CAST(0 AS UBIGINT)) AS receipts_1,
    coalesce(person_set.receipts_2, CAST(0 AS UBIGINT))
    | coalesce(unit_set.shared_receipts_2, CAST(0 AS UBIGINT)) AS receipts_2,
    coalesce(person_set.receipts_3, CAST(0 AS UBIGINT))
    | coalesce(unit_set.shared_receipts_3, CAST(0 AS UBIGINT)) AS receipts_3,
    coalesce(person_set.receipts_4, CAST(0 AS UBIGINT))
    | coalesce(unit_set.shared_receipts_4, CAST(0 AS UBIGINT)) AS receipts_4,
    coalesce(person_set.receipts_0, CAST(0 AS UBIGINT))
    | coalesce(unit_set.shared_receipts_0, CAST(0 AS UBIGINT))
    | fact_known.receipts_0 AS receipts_known_0,
    coalesce(person_set.receipts_1, CAST(0 AS UBIGINT))
    | coalesce(unit_set.shared_receipts_1, CAST(0 AS UBIGINT))
    | fact_known.receipts_1 AS receipts_known_1,
    coalesce(person_set.receipts_2, CAST(0 AS UBIGINT))
    | coalesce(unit_set.shared_receipts_2, CAST(0 AS UBIGINT))
    | fact_known.receipts_2 AS receipts_known_2,
    coalesce(person_set.receipts_3, CAST(0 AS UBIGINT))
    | coalesce(unit_set.shared_receipts_3, CAST(0 AS UBIGINT))
    | fact_known.receipts_3 AS receipts_known_3,
    coalesce(person_set.receipts_4, CAST(0 AS UBIGINT))
    | coalesce(unit_set.shared_receipts_4, CAST(0 AS UBIGINT))
    | fact_known.receipts_4 AS receipts_known_4,
    person_family.has_spouse,
    person_family.has_occupational_pension,
    person_family.has_spouse_with_occupational_pension,
    person_family.has_spouse_of_pension_age,
    couple.pension_recognised_income_amount,
    CAST(couple.pension_threshold_amount AS BIGINT) AS pension_threshold_amount,
    CASE
        WHEN person_set.facility_kind IS NOT NULL THEN person_set.facility_kind
        WHEN fact_known.facility_kind THEN 'none'
    END AS facility_kind,
    unit_fact.unit_size,
    unit_fact.recognised_income_amount,
    unit_fact.recognised_income_ratio_ppm,
    unit_fact.median_income_amount,
    unit_fact.livelihood_threshold_amount,
    unit_fact.medical_threshold_amount,
    unit_fact.housing_threshold_amount,
    unit_fact.education_threshold_amount,
    unit_fact.income_decile,
    unit_fact.total_asset_amount,
    unit_fact.financial_asset_amount,
    unit_fact.vehicle_amount,
    unit_fact.owns_home,
    unit_fact.tenure,
    unit_fact.actual_rent_amount,
    unit_fact.standard_rent_amount,
    unit_fact.region_class,
    unit_fact.rent_zone,
    unit_fact.children_under_18_count,
    unit_fact.children_under_7_count,
    unit_fact.has_obligor_over_limit,
    unit_fact.unit_receipts_0,
    unit_fact.unit_receipts_1,
    unit_fact.unit_receipts_2,
    unit_fact.unit_receipts_3,
    unit_fact.unit_receipts_4,
    unit_fact.unit_receipts_known_0,
    unit_fact.unit_receipts_known_1,
    unit_fact.unit_receipts_known_2,
    unit_fact.unit_receipts_known_3,
    unit_fact.unit_receipts_known_4,
    unit_fact.unit_crises,
    unit_fact.unit_crises_known
FROM person_fact
CROSS JOIN fact_known
CROSS JOIN (
    SELECT max(CASE WHEN document_type IN ('I26-F18-01', 'I27-F18-01') THEN 1 ELSE 0 END) = 1
        AS has_insurance
    FROM feed
    WHERE state <> 'missing'
) AS arrived
INNER JOIN person_school ON person_school.person_id = person_fact.person_id
INNER JOIN person_employment ON person_employment.person_id = person_fact.person_id
INNER JOIN person_family ON person_family.person_id = person_fact.person_id
LEFT JOIN person_insured ON person_insured.person_id = person_fact.person_id
LEFT JOIN person_set ON person_set.person_id = person_fact.person_id
LEFT JOIN assistance_unit_member AS unit
    ON unit.person_id = person_fact.person_id AND unit.is_counted
LEFT JOIN unit_set ON unit_set.household_id = unit.household_id
LEFT JOIN household_subject AS unit_fact ON unit_fact.subject_id = unit.household_id
LEFT JOIN couple_means AS couple ON couple.person_id = person_fact.person_id
ORDER BY person_fact.person_id
