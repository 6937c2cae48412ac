-- One row: a living person with every fact that conditions of programmes for a person, a child or one
-- of a couple may ask.
-- Who is missing: the dead. Household facts are null of people outside every household.
-- Which source wins: see person_fact, household_means and couple_means.
-- A single parent heads a household with a child and without a spouse in it.
WITH one_parent AS (
    SELECT
        household_id,
        max(CASE WHEN relation_to_head IN ('spouse', 'de_facto_spouse') THEN 1 ELSE 0 END)
            AS has_spouse,
        max(CASE WHEN relation_to_head = 'head' AND age_years >= 19 THEN 1 ELSE 0 END)
            AS has_adult_head
    FROM assistance_unit_member
    GROUP BY household_id
),
on_livelihood AS (
    SELECT DISTINCT unit.household_id
    FROM benefit_received
    CROSS JOIN night
    INNER JOIN assistance_unit_member AS unit ON unit.person_id = benefit_received.person_id
    WHERE benefit_received.programme_code = 'P001'
        AND benefit_received.month >= CAST(night.month - INTERVAL '1' MONTH AS DATE)
        AND benefit_received.month <= night.month
)
SELECT
    person_fact.person_id AS subject_id,
    person_fact.age_years,
    person_fact.is_citizen,
    person_fact.is_citizen_or_refugee,
    person_fact.is_severely_disabled,
    person_fact.school_level,
    coalesce(
        unit.relation_to_head = 'child'
        AND one_parent.has_spouse = 0 AND one_parent.has_adult_head = 1,
        FALSE
    ) AS is_child_of_single_parent,
    means.recognised_income_amount,
    means.median_income_amount,
    means.education_threshold_amount,
    on_livelihood.household_id IS NOT NULL AS is_on_livelihood,
    couple.spouse_id IS NOT NULL AS has_spouse,
    coalesce(couple.spouse_age_years >= 65, FALSE) AS has_spouse_of_pension_age,
    couple.has_occupational_pension,
    couple.pension_recognised_income_amount,
    couple.pension_threshold_amount,
    education_grant.amount AS education_grant_amount
FROM person_fact
LEFT JOIN assistance_unit_member AS unit ON unit.person_id = person_fact.person_id
LEFT JOIN one_parent ON one_parent.household_id = unit.household_id
LEFT JOIN household_means AS means ON means.household_id = unit.household_id
LEFT JOIN on_livelihood ON on_livelihood.household_id = unit.household_id
LEFT JOIN couple_means AS couple ON couple.person_id = person_fact.person_id
LEFT JOIN parameter_in_force AS education_grant
    ON education_grant.parameter = 'education_activity_amount'
    AND education_grant.key
    = CASE WHEN person_fact.school_level = 'special' THEN 'high' ELSE person_fact.school_level END
ORDER BY person_fact.person_id
