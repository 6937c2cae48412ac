-- One row: an assistance unit's recognised income (소득인정액) for the basic livelihood benefits,
-- step by step, in won a month, with the thresholds for its size.
--   recognised income = assessed income (소득평가액) + income-converted assets (재산의 소득환산액)
-- Wages: what is left of each earner's after the most favourable first deduction and the rate. Help
-- from others: of regular help, what exceeds a share of the median income. Deposits of a lease count
-- by their rate (floor_won). Assets: basic property deduction and debts are used up in the order
-- residential, general, financial. Rates are parts per million; numerators are added, and recognised
-- income is rounded down once, so that it may be one won more than its two parts as shown.
-- is_rounding_sensitive: before rounding it was no whole won and less than one won from a threshold.
-- total_asset_amount is what is owned at its stated value, before deductions and debts.
-- income_decile is by the rules of scholarships: a third of the rates, one deduction for the country.
-- Who is missing: units without a counted member. A parameter or region that is not known gives null.
-- Which source wins: see income_of_month and asset_item. A figure whose sources never arrived adds
-- nothing here and makes weakest_status 'missing'; each programme's evidence list decides whether a
-- decision may rest on that.
WITH rate AS (
    SELECT
        max(CASE WHEN parameter = 'earned_income_deduction_rate' THEN amount END) AS deduction_ppm,
        max(CASE WHEN parameter = 'earned_income_first_deduction' AND key = 'general' THEN amount END)
            AS first_general,
        max(CASE WHEN parameter = 'earned_income_first_deduction' AND key = 'young' THEN amount END)
            AS first_young,
        max(CASE WHEN parameter = 'earned_income_first_deduction' AND key = 'student' THEN amount END)
            AS first_student,
        max(
            CASE WHEN parameter = 'earned_income_first_deduction' AND key = 'disabled' THEN amount END
        ) AS first_disabled,
        max(CASE WHEN parameter = 'earned_income_first_deduction' AND key = 'aged' THEN amount END)
            AS first_aged,
        max(CASE WHEN parameter = 'young_earner_last_age' THEN amount END) AS young_last_age,
        max(CASE WHEN parameter = 'aged_earner_first_age' THEN amount END) AS aged_first_age,
        max(CASE WHEN parameter = 'minor_last_age' THEN amount END) AS minor_last_age,
        max(CASE WHEN parameter = 'private_transfer_free_rate' THEN amount END) AS private_free_ppm,
        max(CASE WHEN parameter = 'private_transfer_regular_months' THEN amount END)
            AS private_months,
        max(CASE WHEN parameter = 'lease_deposit_rate' THEN amount END) AS deposit_ppm,
        max(CASE WHEN parameter = 'living_reserve' THEN amount END) AS living_reserve,
        max(CASE WHEN parameter = 'asset_conversion_rate' AND key = 'residential' THEN amount END)
            AS residential_ppm,
        max(CASE WHEN parameter = 'asset_conversion_rate' AND key = 'general' THEN amount END)
            AS general_ppm,
        max(CASE WHEN parameter = 'asset_conversion_rate' AND key = 'financial' THEN amount END)
            AS financial_ppm,
        max(
            CASE WHEN parameter = 'vehicle_general_rate' AND key = 'large_unit_size' THEN amount END
        ) AS large_unit_size,
        max(
            CASE WHEN parameter = 'vehicle_general_rate' AND key = 'large_unit_minors' THEN amount END
        ) AS large_unit_minors,
        max(CASE WHEN parameter = 'scholarship_property_deduction' THEN amount END)
            AS scholarship_deduction,
        max(CASE WHEN parameter = 'scholarship_rate_divisor' THEN amount END) AS scholarship_divisor
    FROM parameter_in_force
),
-- greatest and least skip null in DuckDB: a rate that is not known would look like a deduction of
-- nothing. is_known keeps the result unknown instead.
known_rate AS (
    SELECT
        *,
        deduction_ppm + first_general + first_young + first_student + first_disabled + first_aged
        + young_last_age + aged_first_age + minor_last_age + private_free_ppm + private_months
        + deposit_ppm + living_reserve + residential_ppm + general_ppm + financial_ppm
        + large_unit_size + large_unit_minors IS NOT NULL AS is_known
    FROM rate
),
decile AS (
    SELECT
        CAST(key AS INTEGER) AS income_decile,
        amount AS last_ppm,
        coalesce(lag(amount) OVER (ORDER BY CAST(key AS INTEGER)), -1) AS above_ppm
    FROM parameter_in_force
    WHERE parameter = 'income_decile_limit'
    UNION ALL
    SELECT 10, 9223372036854775807, max(amount)
    FROM parameter_in_force
    WHERE parameter = 'income_decile_limit'
),
region AS (
    SELECT dong.legal_dong_code, property_region.property_region, property_region.pension_region,
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
    -- A payment of which the profile makes income by itself would count twice.
    INNER JOIN document_type
        ON document_type.code = benefit_received.document_type
        AND document_type.income_asset_code IS NULL
    WHERE benefit_received.month = night.month
    GROUP BY benefit_received.person_id
),
housing AS (
    SELECT
        person_id,
        sum(CASE WHEN income_asset_code IN ('A35', 'A36') THEN amount ELSE 0 END) AS deposit_amount,
        max(CASE WHEN income_asset_code = 'A33' AND amount > 0 THEN 1 ELSE 0 END) AS owns_home
    FROM asset
    WHERE income_asset_code IN ('A33', 'A35', 'A36')
    GROUP BY person_id
),
private_help AS (
    SELECT income.person_id, count(DISTINCT income.month) AS month_count
    FROM income
    INNER JOIN profile_kind AS kind ON kind.income_asset_code = income.income_asset_code
    WHERE kind.figure = 'private_transfer' AND income.monthly_amount > 0
    GROUP BY income.person_id
),
member AS (
    SELECT
        unit.household_id,
        unit.person_id,
        circumstance.age_years <= rate.minor_last_age AS is_minor,
        greatest(coalesce(profile.earned_amount, 0), 0)
        + greatest(coalesce(profile.business_amount, 0), 0) AS worked_amount,
        greatest(
            rate.first_general,
            CASE WHEN circumstance.age_years <= rate.young_last_age THEN rate.first_young ELSE 0 END,
            CASE WHEN circumstance.is_student THEN rate.first_student ELSE 0 END,
            CASE WHEN circumstance.is_disabled THEN rate.first_disabled ELSE 0 END,
            CASE WHEN circumstance.age_years >= rate.aged_first_age THEN rate.first_aged ELSE 0 END
        ) AS first_deduction,
        1000000 - rate.deduction_ppm AS counted_ppm,
        greatest(coalesce(profile.property_income_amount, 0), 0) AS property_income_amount,
        greatest(coalesce(profile.public_transfer_amount, 0), 0) AS public_transfer_amount,
        coalesce(counted_benefit.amount, 0) AS counted_benefit_amount,
        greatest(coalesce(profile.private_transfer_amount, 0), 0) AS private_transfer_amount,
        coalesce(private_help.month_count, 0) >= rate.private_months AS has_regular_help,
        greatest(
            coalesce(profile.residential_amount, 0) - coalesce(housing.deposit_amount, 0), 0
        ) AS home_amount,
        greatest(coalesce(housing.deposit_amount, 0), 0) AS deposit_amount,
        coalesce(housing.owns_home, 0) AS owns_home,
        greatest(coalesce(profile.general_amount, 0), 0) AS general_amount,
        greatest(coalesce(profile.financial_amount, 0), 0) AS financial_amount,
        coalesce(profile.vehicle_amount, 0) AS vehicle_amount,
        greatest(coalesce(profile.debt_amount, 0), 0) AS debt_amount,
        profile.weakness
    FROM assistance_unit_member AS unit
    CROSS JOIN known_rate AS rate
    INNER JOIN profile_person AS profile ON profile.person_id = unit.person_id
    INNER JOIN person_circumstance AS circumstance ON circumstance.person_id = unit.person_id
    LEFT JOIN counted_benefit ON counted_benefit.person_id = unit.person_id
    LEFT JOIN housing ON housing.person_id = unit.person_id
    LEFT JOIN private_help ON private_help.person_id = unit.person_id
    WHERE unit.is_counted
),
unit AS (
    SELECT
        household_id,
        count(*) AS unit_size,
        sum(CASE WHEN is_minor THEN 1 ELSE 0 END) AS minor_count,
        sum(CASE WHEN worked_amount > 0 THEN 1 ELSE 0 END) AS worker_count,
        sum(worked_amount) AS worked_amount,
        sum(
            CAST(greatest(worked_amount - first_deduction, 0) AS HUGEINT) * counted_ppm
        ) AS counted_work_numerator,
        sum(property_income_amount) AS property_income_amount,
        sum(public_transfer_amount) AS public_transfer_amount,
        sum(counted_benefit_amount) AS counted_benefit_amount,
        sum(private_transfer_amount) AS private_transfer_amount,
        sum(CASE WHEN has_regular_help THEN private_transfer_amount ELSE 0 END)
            AS regular_help_amount,
        sum(home_amount) AS home_amount,
        sum(deposit_amount) AS deposit_amount,
        max(owns_home) AS owns_home,
        sum(general_amount) AS general_amount,
        sum(financial_amount) AS financial_amount,
        sum(vehicle_amount) AS vehicle_amount,
        sum(debt_amount) AS debt_amount,
        max(weakness) AS weakness
    FROM member
    GROUP BY household_id
),
judged_vehicle AS (
    SELECT
        member.household_id,
        vehicle.amount,
        vehicle.exclusion,
        vehicle.is_general_rate
        OR vehicle.is_general_rate_of_large_unit
        AND (unit.unit_size >= rate.large_unit_size OR unit.minor_count >= rate.large_unit_minors)
            AS is_general,
        member.person_id,
        vehicle.item_key
    FROM member
    CROSS JOIN known_rate AS rate
    INNER JOIN unit ON unit.household_id = member.household_id
    INNER JOIN vehicle_treatment AS vehicle ON vehicle.person_id = member.person_id
),
-- Of several vehicles that may be left out, the one that would weigh most is.
counted_vehicle AS (
    SELECT
        household_id,
        amount,
        is_general,
        exclusion IS NOT NULL
        AND row_number() OVER (
            PARTITION BY household_id, person_id, exclusion
            ORDER BY is_general, amount DESC, item_key
        ) = 1 AS is_left_out
    FROM judged_vehicle
),
unit_vehicle AS (
    SELECT
        household_id,
        sum(CASE WHEN is_general THEN amount ELSE 0 END) AS general_rate_amount,
        sum(CASE WHEN is_general THEN 0 ELSE amount END) AS full_rate_amount
    FROM counted_vehicle
    WHERE NOT is_left_out
    GROUP BY household_id
),
threshold AS (
    SELECT
        key,
        max(CASE WHEN parameter = 'median_income' THEN amount END) AS median_income_amount,
        max(CASE WHEN parameter = 'livelihood_threshold' THEN amount END)
            AS livelihood_threshold_amount,
        max(CASE WHEN parameter = 'medical_threshold' THEN amount END) AS medical_threshold_amount,
        max(CASE WHEN parameter = 'housing_threshold' THEN amount END) AS housing_threshold_amount,
        max(CASE WHEN parameter = 'education_threshold' THEN amount END)
            AS education_threshold_amount
    FROM parameter_in_force
    GROUP BY key
),
property_rule AS (
    SELECT
        key,
        max(CASE WHEN parameter = 'basic_property_deduction' THEN amount END) AS deduction_amount,
        max(CASE WHEN parameter = 'residential_limit' THEN amount END) AS limit_amount
    FROM parameter_in_force
    WHERE parameter IN ('basic_property_deduction', 'residential_limit')
    GROUP BY key
),
-- Until 2022 the deduction followed the three regions of the pension, since then four of its own; the
-- keys of only one of the two are in force.
sized AS (
    SELECT
        unit.*,
        region.property_region,
        threshold.median_income_amount,
        threshold.livelihood_threshold_amount,
        threshold.medical_threshold_amount,
        threshold.housing_threshold_amount,
        threshold.education_threshold_amount,
        property_rule.deduction_amount AS basic_property_deduction_amount,
        property_rule.limit_amount AS residential_limit_amount,
        unit.home_amount
        + CAST(unit.deposit_amount AS HUGEINT) * rate.deposit_ppm // 1000000 AS residential_amount,
        coalesce(unit_vehicle.general_rate_amount, 0) AS vehicle_general_amount,
        coalesce(unit_vehicle.full_rate_amount, 0) AS vehicle_full_amount,
        rate.is_known AS is_rate_known,
        rate.living_reserve,
        rate.residential_ppm,
        rate.general_ppm,
        rate.financial_ppm,
        rate.private_free_ppm,
        rate.scholarship_deduction,
        rate.scholarship_divisor
    FROM unit
    CROSS JOIN known_rate AS rate
    INNER JOIN household ON household.household_id = unit.household_id
    LEFT JOIN unit_vehicle ON unit_vehicle.household_id = unit.household_id
    LEFT JOIN region ON region.legal_dong_code = household.legal_dong_code AND region.place = 1
    LEFT JOIN threshold ON threshold.key = CAST(unit.unit_size AS VARCHAR)
    LEFT JOIN property_rule ON property_rule.key IN (region.property_region, region.pension_region)
),
grouped AS (
    SELECT
        *,
        general_amount + vehicle_general_amount AS general_property_amount,
        least(residential_amount, residential_limit_amount) AS residential_within,
        general_amount + vehicle_general_amount
        + greatest(residential_amount - residential_limit_amount, 0) AS general_with_excess,
        greatest(financial_amount - living_reserve, 0) AS financial_above_reserve,
        basic_property_deduction_amount + debt_amount AS deductible_amount,
        scholarship_deduction + debt_amount AS scholarship_deductible_amount,
        counted_work_numerator
        + CAST(
            property_income_amount + public_transfer_amount + counted_benefit_amount AS HUGEINT
        ) * 1000000
        + greatest(
            CAST(regular_help_amount AS HUGEINT) * 1000000
            - CAST(median_income_amount AS HUGEINT) * private_free_ppm,
            0
        ) AS assessed_numerator
    FROM sized
),
deducted AS (
    SELECT
        *,
        greatest(residential_within - deductible_amount, 0) AS residential_counted,
        greatest(general_with_excess - greatest(deductible_amount - residential_within, 0), 0)
            AS general_counted,
        greatest(
            financial_above_reserve
            - greatest(deductible_amount - residential_within - general_with_excess, 0),
            0
        ) AS financial_counted,
        greatest(residential_within - scholarship_deductible_amount, 0) AS scholarship_residential,
        greatest(
            general_with_excess - greatest(scholarship_deductible_amount - residential_within, 0), 0
        ) AS scholarship_general,
        greatest(
            financial_above_reserve
            - greatest(
                scholarship_deductible_amount - residential_within - general_with_excess, 0
            ),
            0
        ) AS scholarship_financial
    FROM grouped
),
converted AS (
    SELECT
        *,
        is_rate_known AND median_income_amount IS NOT NULL AS is_income_known,
        is_rate_known AND basic_property_deduction_amount IS NOT NULL
        AND residential_limit_amount IS NOT NULL AS is_conversion_known,
        is_rate_known AND scholarship_deduction IS NOT NULL AND scholarship_divisor IS NOT NULL
        AND median_income_amount IS NOT NULL AND residential_limit_amount IS NOT NULL
            AS is_scholarship_known,
        CAST(residential_counted AS HUGEINT) * residential_ppm
        + CAST(general_counted AS HUGEINT) * general_ppm
        + CAST(financial_counted AS HUGEINT) * financial_ppm
        + CAST(vehicle_full_amount AS HUGEINT) * 1000000 AS converted_numerator,
        CAST(scholarship_residential AS HUGEINT) * residential_ppm
        + CAST(scholarship_general AS HUGEINT) * general_ppm
        + CAST(scholarship_financial AS HUGEINT) * financial_ppm
        + CAST(vehicle_full_amount AS HUGEINT) * 1000000 AS scholarship_numerator
    FROM deducted
),
rounded AS (
    SELECT
        *,
        CASE WHEN is_income_known THEN assessed_numerator // 1000000 END AS assessed_income_amount,
        CASE WHEN is_conversion_known THEN converted_numerator // 1000000 END
            AS converted_asset_amount,
        CASE
            WHEN is_income_known AND is_conversion_known THEN assessed_numerator + converted_numerator
        END AS recognised_numerator,
        CASE
            WHEN is_scholarship_known
                THEN (assessed_numerator * scholarship_divisor + scholarship_numerator)
                // (1000000 * scholarship_divisor)
        END AS scholarship_recognised_income_amount
    FROM converted
),
compared AS (
    SELECT
        *,
        recognised_numerator // 1000000 AS recognised_income_amount,
        recognised_numerator % 1000000 <> 0
        AND (
            abs(recognised_numerator - livelihood_threshold_amount * 1000000) < 1000000
            OR abs(recognised_numerator - medical_threshold_amount * 1000000) < 1000000
            OR abs(recognised_numerator - housing_threshold_amount * 1000000) < 1000000
            OR abs(recognised_numerator - education_threshold_amount * 1000000) < 1000000
        ) AS is_rounding_sensitive,
        (scholarship_recognised_income_amount * 1000000 + median_income_amount - 1)
        // median_income_amount AS scholarship_ratio_ppm
    FROM rounded
)
SELECT
    compared.household_id,
    compared.unit_size,
    CAST(compared.minor_count AS BIGINT) AS minor_count,
    compared.property_region,
    CAST(compared.worked_amount AS BIGINT) AS worked_amount,
    CASE WHEN compared.is_rate_known
        THEN CAST(compared.counted_work_numerator // 1000000 AS BIGINT) END AS counted_work_amount,
    CAST(compared.worker_count AS BIGINT) AS worker_count,
    CAST(compared.property_income_amount AS BIGINT) AS property_income_amount,
    CAST(compared.public_transfer_amount + compared.counted_benefit_amount AS BIGINT)
        AS public_transfer_amount,
    CAST(compared.counted_benefit_amount AS BIGINT) AS counted_benefit_amount,
    CAST(compared.private_transfer_amount AS BIGINT) AS private_transfer_amount,
    CAST(compared.regular_help_amount AS BIGINT) AS regular_help_amount,
    CAST(compared.residential_amount AS BIGINT) AS residential_amount,
    CAST(compared.general_property_amount AS BIGINT) AS general_amount,
    CAST(compared.financial_amount AS BIGINT) AS financial_amount,
    CAST(compared.vehicle_full_amount AS BIGINT) AS vehicle_full_amount,
    CAST(compared.debt_amount AS BIGINT) AS debt_amount,
    CAST(compared.residential_counted AS BIGINT) AS residential_counted,
    CAST(compared.general_counted AS BIGINT) AS general_counted,
    CAST(compared.financial_counted AS BIGINT) AS financial_counted,
    CAST(compared.assessed_income_amount AS BIGINT) AS assessed_income_amount,
    CAST(compared.converted_asset_amount AS BIGINT) AS converted_asset_amount,
    CAST(compared.recognised_income_amount AS BIGINT) AS recognised_income_amount,
    CAST(
        (compared.recognised_income_amount * 1000000 + compared.median_income_amount - 1)
        // compared.median_income_amount AS BIGINT
    ) AS recognised_income_ratio_ppm,
    compared.is_rounding_sensitive,
    CAST(compared.scholarship_recognised_income_amount AS BIGINT)
        AS scholarship_recognised_income_amount,
    decile.income_decile,
    compared.median_income_amount,
    compared.livelihood_threshold_amount,
    compared.medical_threshold_amount,
    compared.housing_threshold_amount,
    compared.education_threshold_amount,
    CAST(
        compared.home_amount + compared.deposit_amount + compared.general_amount
        + compared.financial_amount + compared.vehicle_amount AS BIGINT
    ) AS total_asset_amount,
    CAST(compared.financial_amount AS BIGINT) AS financial_asset_amount,
    CAST(compared.vehicle_amount AS BIGINT) AS vehicle_amount,
    compared.owns_home = 1 AS owns_home,
    CASE compared.weakness
        WHEN 5 THEN 'missing' WHEN 4 THEN 'conflict' WHEN 3 THEN 'assumed' WHEN 2 THEN 'stale'
        ELSE 'known'
    END AS weakest_status
FROM compared
LEFT JOIN decile
    ON compared.scholarship_ratio_ppm > decile.above_ppm
    AND compared.scholarship_ratio_ppm <= decile.last_ppm
ORDER BY compared.household_id
