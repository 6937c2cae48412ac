-- One row: an assistance unit's recognised income (소득인정액) for the basic livelihood benefits,
-- step by step, in won a month, with the thresholds for its size.
--   recognised income = assessed income (소득평가액) + income-converted assets (재산의 소득환산액)
-- Assets: the basic property deduction and debts are used up in the order residential, general,
-- financial; rates are parts per million; one rounding down at the end.
-- Who is missing: units without a counted member. A parameter or region that is not known gives null.
-- Which source wins: see income_of_month and asset_item. A figure whose sources never arrived adds
-- nothing here; each programme's evidence list decides whether a decision may rest on that.
WITH rate AS (
    SELECT
        max(CASE WHEN parameter = 'earned_income_deduction_rate' THEN amount END) AS deduction_ppm,
        max(CASE WHEN parameter = 'earned_income_first_deduction' AND key = 'young' THEN amount END)
            AS first_young,
        max(
            CASE
                WHEN parameter = 'earned_income_first_deduction' AND key = 'aged_or_disabled'
                    THEN amount
            END
        ) AS first_aged,
        max(
            CASE WHEN parameter = 'earned_income_first_deduction' AND key = 'general' THEN amount END
        ) AS first_general,
        max(CASE WHEN parameter = 'young_earner_last_age' THEN amount END) AS young_last_age,
        max(CASE WHEN parameter = 'private_transfer_free_rate' THEN amount END) AS private_free_ppm,
        max(CASE WHEN parameter = 'lease_deposit_rate' THEN amount END) AS deposit_ppm,
        max(CASE WHEN parameter = 'living_reserve' THEN amount END) AS living_reserve,
        max(CASE WHEN parameter = 'asset_conversion_rate' AND key = 'residential' THEN amount END)
            AS residential_ppm,
        max(CASE WHEN parameter = 'asset_conversion_rate' AND key = 'general' THEN amount END)
            AS general_ppm,
        max(CASE WHEN parameter = 'asset_conversion_rate' AND key = 'financial' THEN amount END)
            AS financial_ppm
    FROM parameter_in_force
),
region AS (
    SELECT dong.legal_dong_code, property_region.property_region,
        row_number() OVER (
            PARTITION BY dong.legal_dong_code ORDER BY length(property_region.prefix) DESC
        ) AS place
    FROM (SELECT DISTINCT legal_dong_code FROM household) AS dong
    INNER JOIN property_region
        ON substr(dong.legal_dong_code, 1, length(property_region.prefix)) = property_region.prefix
),
counted_benefit AS (
    SELECT benefit_received.person_id, sum(benefit_received.amount) AS amount
    FROM benefit_received
    CROSS JOIN night
    INNER JOIN programme_interaction
        ON programme_interaction.programme_code = benefit_received.programme_code
        AND programme_interaction.kind = 'counted_as_income_in'
        AND programme_interaction.other = 'P001'
    WHERE benefit_received.month = night.month
    GROUP BY benefit_received.person_id
),
deposit AS (
    SELECT person_id, sum(amount) AS amount
    FROM asset
    WHERE income_asset_code IN ('A35', 'A36')
    GROUP BY person_id
),
member AS (
    SELECT
        unit.household_id,
        greatest(coalesce(profile.earned_amount, 0), 0)
        + greatest(coalesce(profile.business_amount, 0), 0) AS worked_amount,
        greatest(
            rate.first_general,
            CASE WHEN unit.age_years <= rate.young_last_age THEN rate.first_young ELSE 0 END,
            CASE
                WHEN unit.age_years >= 65 OR person_fact.is_severely_disabled THEN rate.first_aged
                ELSE 0
            END
        ) AS first_deduction,
        greatest(coalesce(profile.property_income_amount, 0), 0) AS property_income_amount,
        coalesce(profile.public_transfer_amount, 0) + coalesce(counted_benefit.amount, 0)
            AS public_transfer_amount,
        coalesce(profile.private_transfer_amount, 0) AS private_transfer_amount,
        coalesce(profile.residential_amount, 0) - coalesce(deposit.amount, 0)
        + coalesce(deposit.amount, 0) * rate.deposit_ppm // 1000000 AS residential_amount,
        coalesce(profile.general_amount, 0) + coalesce(vehicle.general_rate_amount, 0)
            AS general_amount,
        coalesce(profile.financial_amount, 0) AS financial_amount,
        coalesce(vehicle.full_rate_amount, 0) AS vehicle_full_amount,
        coalesce(profile.debt_amount, 0) AS debt_amount,
        rate.deduction_ppm
    FROM assistance_unit_member AS unit
    CROSS JOIN rate
    INNER JOIN profile_person AS profile ON profile.person_id = unit.person_id
    INNER JOIN person_fact ON person_fact.person_id = unit.person_id
    LEFT JOIN counted_benefit ON counted_benefit.person_id = unit.person_id
    LEFT JOIN deposit ON deposit.person_id = unit.person_id
    LEFT JOIN vehicle_treatment AS vehicle ON vehicle.person_id = unit.person_id
    WHERE unit.is_counted
),
unit AS (
    SELECT
        household_id,
        count(*) AS unit_size,
        CAST(sum(worked_amount) AS BIGINT) AS worked_amount,
        CAST(
            sum(
                greatest(worked_amount - first_deduction, 0) * (1000000 - deduction_ppm) // 1000000
            ) AS BIGINT
        ) AS counted_work_amount,
        CAST(sum(CASE WHEN worked_amount > 0 THEN 1 ELSE 0 END) AS BIGINT) AS worker_count,
        CAST(sum(property_income_amount) AS BIGINT) AS property_income_amount,
        CAST(sum(public_transfer_amount) AS BIGINT) AS public_transfer_amount,
        CAST(sum(private_transfer_amount) AS BIGINT) AS private_transfer_amount,
        CAST(sum(residential_amount) AS BIGINT) AS residential_amount,
        CAST(sum(general_amount) AS BIGINT) AS general_amount,
        CAST(sum(financial_amount) AS BIGINT) AS financial_amount,
        CAST(sum(vehicle_full_amount) AS BIGINT) AS vehicle_full_amount,
        CAST(sum(debt_amount) AS BIGINT) AS debt_amount
    FROM member
    GROUP BY household_id
),
sized AS (
    SELECT
        unit.*,
        region.property_region,
        median.amount AS median_income_amount,
        livelihood.amount AS livelihood_threshold_amount,
        medical.amount AS medical_threshold_amount,
        housing.amount AS housing_threshold_amount,
        education.amount AS education_threshold_amount,
        basic.amount AS basic_property_deduction_amount,
        residential_limit.amount AS residential_limit_amount
    FROM unit
    INNER JOIN household ON household.household_id = unit.household_id
    LEFT JOIN region ON region.legal_dong_code = household.legal_dong_code AND region.place = 1
    LEFT JOIN parameter_in_force AS median
        ON median.parameter = 'median_income' AND median.key = CAST(unit.unit_size AS VARCHAR)
    LEFT JOIN parameter_in_force AS livelihood
        ON livelihood.parameter = 'livelihood_threshold'
        AND livelihood.key = CAST(unit.unit_size AS VARCHAR)
    LEFT JOIN parameter_in_force AS medical
        ON medical.parameter = 'medical_threshold'
        AND medical.key = CAST(unit.unit_size AS VARCHAR)
    LEFT JOIN parameter_in_force AS housing
        ON housing.parameter = 'housing_threshold'
        AND housing.key = CAST(unit.unit_size AS VARCHAR)
    LEFT JOIN parameter_in_force AS education
        ON education.parameter = 'education_threshold'
        AND education.key = CAST(unit.unit_size AS VARCHAR)
    LEFT JOIN parameter_in_force AS basic
        ON basic.parameter = 'basic_property_deduction' AND basic.key = region.property_region
    LEFT JOIN parameter_in_force AS residential_limit
        ON residential_limit.parameter = 'residential_limit'
        AND residential_limit.key = region.property_region
),
-- In DuckDB and in most engines greatest and least skip null, so that an unknown region would look
-- like a deduction of nothing; the explicit test at the end keeps it unknown.
limited AS (
    SELECT
        sized.*,
        least(residential_amount, residential_limit_amount) AS residential_within,
        general_amount + greatest(residential_amount - residential_limit_amount, 0)
            AS general_with_excess,
        greatest(financial_amount - rate.living_reserve, 0) AS financial_above_reserve,
        basic_property_deduction_amount + debt_amount AS deductible_amount,
        rate.residential_ppm,
        rate.general_ppm,
        rate.financial_ppm,
        greatest(private_transfer_amount - median_income_amount * rate.private_free_ppm // 1000000, 0)
            AS counted_private_amount
    FROM sized
    CROSS JOIN rate
),
waterfall AS (
    SELECT
        *,
        greatest(residential_within - deductible_amount, 0) AS residential_counted,
        greatest(
            general_with_excess - greatest(deductible_amount - residential_within, 0), 0
        ) AS general_counted,
        greatest(
            financial_above_reserve
            - greatest(deductible_amount - residential_within - general_with_excess, 0),
            0
        ) AS financial_counted
    FROM limited
),
converted AS (
    SELECT
        *,
        counted_work_amount + property_income_amount + public_transfer_amount
        + counted_private_amount AS assessed_income_amount,
        (
            residential_counted * residential_ppm
            + general_counted * general_ppm
            + financial_counted * financial_ppm
        ) // 1000000 + vehicle_full_amount AS converted_asset_amount
    FROM waterfall
)
SELECT
    household_id,
    unit_size,
    property_region,
    worked_amount,
    counted_work_amount,
    worker_count,
    property_income_amount,
    public_transfer_amount,
    private_transfer_amount,
    residential_amount,
    general_amount,
    financial_amount,
    vehicle_full_amount,
    debt_amount,
    residential_counted,
    general_counted,
    financial_counted,
    CASE WHEN median_income_amount IS NOT NULL THEN assessed_income_amount END
        AS assessed_income_amount,
    CASE
        WHEN basic_property_deduction_amount IS NOT NULL AND residential_limit_amount IS NOT NULL
            THEN converted_asset_amount
    END AS converted_asset_amount,
    CASE
        WHEN median_income_amount IS NOT NULL
            AND basic_property_deduction_amount IS NOT NULL
            AND residential_limit_amount IS NOT NULL
            THEN assessed_income_amount + converted_asset_amount
    END AS recognised_income_amount,
    median_income_amount,
    livelihood_threshold_amount,
    medical_threshold_amount,
    housing_threshold_amount,
    education_threshold_amount
FROM converted
ORDER BY household_id
