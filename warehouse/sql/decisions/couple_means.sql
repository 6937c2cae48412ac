-- One row: a person of 65 or more, with the recognised income of the person and the spouse by the
-- rules of the basic pension (won a month). This regime shares inputs with the basic livelihood
-- benefits and no rule.
--   wage above the deduction × 70 % + other income
--   + ((property − deduction) + (financial − deduction) − debts) × 4 % ÷ 12 + luxury car, memberships
-- Who is missing: people under 65 (a younger spouse counts in the elder's row), and the dead.
-- Which source wins: spouses from the household register, else from the family register.
WITH rate AS (
    SELECT
        max(CASE WHEN parameter = 'basic_pension_wage_deduction' THEN amount END) AS wage_deduction,
        max(CASE WHEN parameter = 'basic_pension_wage_counted_rate' THEN amount END) AS wage_ppm,
        max(CASE WHEN parameter = 'basic_pension_financial_deduction' THEN amount END)
            AS financial_deduction,
        max(CASE WHEN parameter = 'basic_pension_conversion_rate' THEN amount END)
            AS yearly_conversion_ppm,
        max(CASE WHEN parameter = 'lease_deposit_rate' THEN amount END) AS deposit_ppm,
        max(CASE WHEN parameter = 'basic_pension_threshold' AND key = 'single' THEN amount END)
            AS single_threshold,
        max(CASE WHEN parameter = 'basic_pension_threshold' AND key = 'couple' THEN amount END)
            AS couple_threshold
    FROM parameter_in_force
),
spouse_pair AS (
    SELECT head_person_id AS person_id, person_id AS spouse_id, 1 AS source_rank
    FROM assistance_unit_member
    WHERE relation_to_head IN ('spouse', 'de_facto_spouse') AND head_person_id <> person_id
    UNION ALL
    SELECT person_id, head_person_id, 1
    FROM assistance_unit_member
    WHERE relation_to_head IN ('spouse', 'de_facto_spouse') AND head_person_id <> person_id
    UNION ALL
    SELECT person_index.person_id, relative.person_id, 2
    FROM f03_family_relation
    CROSS JOIN night
    INNER JOIN person_index ON person_index.signature_id = f03_family_relation.signature_id
    INNER JOIN person_token AS relative
        ON relative.national_id_token = f03_family_relation.relative_national_id_token
    WHERE f03_family_relation.document_type = 'I02-F03-01'
        AND f03_family_relation.relation = 'spouse'
        AND f03_family_relation.event = 'current'
        AND (
            f03_family_relation.ended_on IS NULL OR f03_family_relation.ended_on > night.as_of
        )
),
spouse AS (
    SELECT
        spouse_pair.person_id,
        spouse_pair.spouse_id,
        spouse_fact.age_years AS spouse_age_years,
        row_number() OVER (
            PARTITION BY spouse_pair.person_id
            ORDER BY spouse_pair.source_rank, spouse_pair.spouse_id
        ) AS place
    FROM spouse_pair
    INNER JOIN person_fact AS spouse_fact ON spouse_fact.person_id = spouse_pair.spouse_id
    WHERE spouse_pair.person_id <> spouse_pair.spouse_id
),
elder AS (
    SELECT person_fact.person_id, spouse.spouse_id, spouse.spouse_age_years
    FROM person_fact
    LEFT JOIN spouse ON spouse.person_id = person_fact.person_id AND spouse.place = 1
    WHERE person_fact.age_years >= 65
),
of_couple AS (
    SELECT person_id, person_id AS member_id FROM elder
    UNION ALL
    SELECT person_id, spouse_id FROM elder WHERE spouse_id IS NOT NULL
),
kind_amount AS (
    SELECT
        person_id,
        sum(CASE WHEN income_asset_code IN ('A35', 'A36') THEN amount ELSE 0 END) AS deposit_amount,
        sum(CASE WHEN income_asset_code = 'A41' THEN amount ELSE 0 END) AS membership_amount
    FROM asset
    GROUP BY person_id
),
occupational AS (
    SELECT DISTINCT person_id
    FROM income_of_month
    WHERE income_asset_code IN ('A20', 'A21', 'A22', 'A23') AND monthly_amount > 0
),
added AS (
    SELECT
        of_couple.person_id,
        sum(
            greatest(coalesce(profile.earned_amount, 0) - rate.wage_deduction, 0)
            * rate.wage_ppm // 1000000
        ) AS counted_wage_amount,
        sum(
            greatest(coalesce(profile.business_amount, 0), 0)
            + coalesce(profile.property_income_amount, 0)
            + coalesce(profile.public_transfer_amount, 0)
        ) AS other_income_amount,
        sum(
            coalesce(profile.residential_amount, 0) - coalesce(kind_amount.deposit_amount, 0)
            + coalesce(kind_amount.deposit_amount, 0) * rate.deposit_ppm // 1000000
            + coalesce(profile.general_amount, 0) - coalesce(kind_amount.membership_amount, 0)
            + coalesce(profile.vehicle_amount, 0) - coalesce(vehicle.luxury_amount, 0)
        ) AS property_amount,
        sum(coalesce(profile.financial_amount, 0)) AS financial_amount,
        sum(coalesce(profile.debt_amount, 0)) AS debt_amount,
        sum(coalesce(kind_amount.membership_amount, 0) + coalesce(vehicle.luxury_amount, 0))
            AS full_amount,
        max(CASE WHEN occupational.person_id IS NOT NULL THEN 1 ELSE 0 END) = 1
            AS has_occupational_pension
    FROM of_couple
    CROSS JOIN rate
    INNER JOIN profile_person AS profile ON profile.person_id = of_couple.member_id
    LEFT JOIN kind_amount ON kind_amount.person_id = of_couple.member_id
    LEFT JOIN vehicle_treatment AS vehicle ON vehicle.person_id = of_couple.member_id
    LEFT JOIN occupational ON occupational.person_id = of_couple.member_id
    GROUP BY of_couple.person_id
),
region AS (
    SELECT dong.legal_dong_code, property_region.pension_region,
        row_number() OVER (
            PARTITION BY dong.legal_dong_code ORDER BY length(property_region.prefix) DESC
        ) AS place
    FROM (SELECT DISTINCT legal_dong_code FROM person) AS dong
    INNER JOIN property_region
        ON substr(dong.legal_dong_code, 1, length(property_region.prefix)) = property_region.prefix
),
placed AS (
    SELECT
        added.*,
        elder.spouse_id,
        elder.spouse_age_years,
        deduction.amount AS property_deduction_amount
    FROM added
    INNER JOIN elder ON elder.person_id = added.person_id
    INNER JOIN person ON person.person_id = added.person_id
    LEFT JOIN region ON region.legal_dong_code = person.legal_dong_code AND region.place = 1
    LEFT JOIN parameter_in_force AS deduction
        ON deduction.parameter = 'basic_pension_property_deduction'
        AND deduction.key = region.pension_region
)
SELECT
    placed.person_id,
    placed.spouse_id,
    placed.spouse_age_years,
    placed.has_occupational_pension,
    CASE WHEN placed.spouse_id IS NULL THEN rate.single_threshold ELSE rate.couple_threshold END
        AS pension_threshold_amount,
    CASE
        WHEN placed.property_deduction_amount IS NOT NULL
            AND rate.wage_deduction IS NOT NULL
            THEN CAST(
                placed.counted_wage_amount + placed.other_income_amount
                + greatest(
                    greatest(placed.property_amount - placed.property_deduction_amount, 0)
                    + greatest(placed.financial_amount - rate.financial_deduction, 0)
                    - placed.debt_amount,
                    0
                ) * rate.yearly_conversion_ppm // 12000000
                + placed.full_amount
                AS BIGINT
            )
    END AS pension_recognised_income_amount
FROM placed
CROSS JOIN rate
ORDER BY placed.person_id
