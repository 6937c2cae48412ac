-- One row: a person of 65 or more, with the recognised income of the person and the spouse by the
-- rules of the basic pension (won a month). This regime shares inputs with the basic livelihood
-- benefits and no rule.
--   wage above the deduction × 70 % + other income
--   + ((property − deduction) + (financial − deduction) − debts) × 4 % ÷ 12 + luxury car, memberships
-- Numerators are added and rounded down once. Each part in brackets is at least zero.
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
        max(CASE WHEN parameter = 'basic_pension_lease_deposit_rate' THEN amount END) AS deposit_ppm,
        max(CASE WHEN parameter = 'basic_pension_threshold' AND key = 'single' THEN amount END)
            AS single_threshold,
        max(CASE WHEN parameter = 'basic_pension_threshold' AND key = 'couple' THEN amount END)
            AS couple_threshold
    FROM parameter_in_force
),
aged AS (
    SELECT person_id
    FROM person_circumstance
    WHERE age_years >= 65
),
spouse AS (
    SELECT
        spouse_pair.person_id,
        coalesce(
            min(CASE WHEN spouse_pair.source_rank = 1 THEN spouse_pair.spouse_id END),
            min(spouse_pair.spouse_id)
        ) AS spouse_id
    FROM spouse_pair
    INNER JOIN aged ON aged.person_id = spouse_pair.person_id
    INNER JOIN person_circumstance AS living ON living.person_id = spouse_pair.spouse_id
    WHERE spouse_pair.person_id <> spouse_pair.spouse_id
    GROUP BY spouse_pair.person_id
),
elder AS (
    SELECT aged.person_id, spouse.spouse_id, spouse_fact.age_years AS spouse_age_years
    FROM aged
    LEFT JOIN spouse ON spouse.person_id = aged.person_id
    LEFT JOIN person_circumstance AS spouse_fact ON spouse_fact.person_id = spouse.spouse_id
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
    WHERE income_asset_code IN ('A35', 'A36', 'A41')
    GROUP BY person_id
),
luxury AS (
    SELECT person_id, sum(amount) AS amount
    FROM vehicle_treatment
    WHERE is_luxury
    GROUP BY person_id
),
occupational AS (
    SELECT DISTINCT person_id
    FROM income_of_month
    WHERE income_asset_code IN ('A20', 'A21', 'A22', 'A23') AND monthly_amount > 0
),
member AS (
    SELECT
        of_couple.person_id,
        CAST(
            greatest(coalesce(profile.earned_amount, 0) - rate.wage_deduction, 0) AS HUGEINT
        ) * rate.wage_ppm AS wage_numerator,
        greatest(coalesce(profile.business_amount, 0), 0)
        + greatest(coalesce(profile.property_income_amount, 0), 0)
        + greatest(coalesce(profile.public_transfer_amount, 0), 0) AS other_income_amount,
        coalesce(kind_amount.deposit_amount, 0) AS deposit_amount,
        greatest(
            coalesce(profile.residential_amount, 0) - coalesce(kind_amount.deposit_amount, 0), 0
        )
        + greatest(
            coalesce(profile.general_amount, 0) - coalesce(kind_amount.membership_amount, 0), 0
        )
        + greatest(coalesce(profile.vehicle_amount, 0) - coalesce(luxury.amount, 0), 0)
            AS property_amount,
        greatest(coalesce(profile.financial_amount, 0), 0) AS financial_amount,
        greatest(coalesce(profile.debt_amount, 0), 0) AS debt_amount,
        coalesce(kind_amount.membership_amount, 0) + coalesce(luxury.amount, 0) AS full_amount,
        occupational.person_id IS NOT NULL AS has_occupational_pension,
        profile.weakness
    FROM of_couple
    CROSS JOIN rate
    INNER JOIN profile_person AS profile ON profile.person_id = of_couple.member_id
    LEFT JOIN kind_amount ON kind_amount.person_id = of_couple.member_id
    LEFT JOIN luxury ON luxury.person_id = of_couple.member_id
    LEFT JOIN occupational ON occupational.person_id = of_couple.member_id
),
added AS (
    SELECT
        member.person_id,
        sum(member.wage_numerator) AS wage_numerator,
        sum(member.other_income_amount) AS other_income_amount,
        sum(member.property_amount)
        + CAST(sum(member.deposit_amount) AS HUGEINT) * max(rate.deposit_ppm) // 1000000
            AS property_amount,
        sum(member.financial_amount) AS financial_amount,
        sum(member.debt_amount) AS debt_amount,
        sum(member.full_amount) AS full_amount,
        bool_or(member.has_occupational_pension) AS has_occupational_pension,
        max(member.weakness) AS weakness
    FROM member
    CROSS JOIN rate
    GROUP BY member.person_id
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
        CASE WHEN elder.spouse_id IS NULL THEN rate.single_threshold ELSE rate.couple_threshold END
            AS pension_threshold_amount,
        CASE
            WHEN rate.wage_deduction + rate.wage_ppm + rate.financial_deduction
                + rate.yearly_conversion_ppm + rate.deposit_ppm + deduction.amount IS NOT NULL
                THEN 12 * added.wage_numerator
                + CAST(added.other_income_amount + added.full_amount AS HUGEINT) * 12000000
                + CAST(
                    greatest(
                        greatest(added.property_amount - deduction.amount, 0)
                        + greatest(added.financial_amount - rate.financial_deduction, 0)
                        - added.debt_amount,
                        0
                    ) AS HUGEINT
                ) * rate.yearly_conversion_ppm
        END AS numerator
    FROM added
    CROSS JOIN rate
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
    placed.pension_threshold_amount,
    CAST(placed.numerator // 12000000 AS BIGINT) AS pension_recognised_income_amount,
    placed.numerator % 12000000 <> 0
    AND abs(placed.numerator - CAST(placed.pension_threshold_amount AS HUGEINT) * 12000000)
    < 12000000 AS is_rounding_sensitive,
    CASE placed.weakness
        WHEN 5 THEN 'missing' WHEN 4 THEN 'conflict' WHEN 3 THEN 'assumed' WHEN 2 THEN 'stale'
        ELSE 'known'
    END AS weakest_status
FROM placed
ORDER BY placed.person_id
