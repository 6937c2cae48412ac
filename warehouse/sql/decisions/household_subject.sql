-- One row: an assistance unit with every fact that conditions of household programmes may ask.
-- Who is missing: households without a counted member.
-- Which source wins: see household_means; a tenancy is a lease open on the night's date.
WITH lease AS (
    SELECT
        unit.household_id,
        max(coalesce(f22_lease_deposit.monthly_rent_amount, 0)) AS monthly_rent_amount,
        max(coalesce(f22_lease_deposit.deposit_amount, 0)) AS deposit_amount
    FROM f22_lease_deposit
    CROSS JOIN night
    INNER JOIN person_index ON person_index.signature_id = f22_lease_deposit.signature_id
    INNER JOIN assistance_unit_member AS unit
        ON unit.person_id = person_index.person_id AND unit.is_counted
    WHERE (f22_lease_deposit.lease_from IS NULL OR f22_lease_deposit.lease_from <= night.as_of)
        AND (f22_lease_deposit.lease_to IS NULL OR f22_lease_deposit.lease_to >= night.as_of)
    GROUP BY unit.household_id
),
house AS (
    SELECT DISTINCT unit.household_id
    FROM asset
    INNER JOIN assistance_unit_member AS unit
        ON unit.person_id = asset.person_id AND unit.is_counted
    WHERE asset.income_asset_code = 'A33' AND asset.amount > 0
),
member AS (
    SELECT
        unit.household_id,
        max(CASE WHEN person_fact.may_receive_livelihood THEN 1 ELSE 0 END) AS somebody_may,
        max(CASE WHEN person_fact.may_receive_livelihood IS NULL THEN 1 ELSE 0 END)
            AS somebody_unclear
    FROM assistance_unit_member AS unit
    INNER JOIN person_fact ON person_fact.person_id = unit.person_id
    WHERE unit.is_counted
    GROUP BY unit.household_id
),
region AS (
    SELECT dong.legal_dong_code, property_region.rent_zone,
        row_number() OVER (
            PARTITION BY dong.legal_dong_code ORDER BY length(property_region.prefix) DESC
        ) AS place
    FROM (SELECT DISTINCT legal_dong_code FROM household) AS dong
    INNER JOIN property_region
        ON substr(dong.legal_dong_code, 1, length(property_region.prefix)) = property_region.prefix
),
deposit_rate AS (
    SELECT max(CASE WHEN parameter = 'deposit_rent_rate' THEN amount END) AS yearly_ppm
    FROM parameter_in_force
)
SELECT
    means.household_id AS subject_id,
    means.unit_size,
    means.recognised_income_amount,
    means.median_income_amount,
    means.livelihood_threshold_amount,
    means.medical_threshold_amount,
    means.housing_threshold_amount,
    means.education_threshold_amount,
    means.worker_count,
    CASE
        WHEN member.somebody_may = 1 THEN TRUE
        WHEN member.somebody_unclear = 1 THEN NULL
        ELSE FALSE
    END AS has_permitted_member,
    lease.household_id IS NOT NULL AS is_tenant,
    house.household_id IS NOT NULL AS owns_house,
    lease.monthly_rent_amount + lease.deposit_amount * deposit_rate.yearly_ppm // 12000000
        AS actual_rent_amount,
    standard_rent.amount AS standard_rent_amount
FROM household_means AS means
CROSS JOIN deposit_rate
INNER JOIN household ON household.household_id = means.household_id
INNER JOIN member ON member.household_id = means.household_id
LEFT JOIN lease ON lease.household_id = means.household_id
LEFT JOIN house ON house.household_id = means.household_id
LEFT JOIN region ON region.legal_dong_code = household.legal_dong_code AND region.place = 1
LEFT JOIN parameter_in_force AS standard_rent
    ON standard_rent.parameter = 'standard_rent'
    AND standard_rent.key = region.rent_zone || '_' || CAST(least(means.unit_size, 7) AS VARCHAR)
ORDER BY means.household_id
