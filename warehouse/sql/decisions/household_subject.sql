-- One row: an assistance unit with every household fact of the vocabulary (hub/programmes/facts.toml).
-- Who is missing: households without a counted member.
-- Which source wins: see household_means; a tenancy is a lease open on the night's date, and tells how
-- the unit lives before a house does: public rental, jeonse, rent, owner, free.
WITH lease AS (
    SELECT
        unit.household_id,
        max(coalesce(f22_lease_deposit.monthly_rent_amount, 0)) AS monthly_rent_amount,
        max(coalesce(f22_lease_deposit.deposit_amount, 0)) AS deposit_amount,
        min(
            CASE
                WHEN f22_lease_deposit.lease_kind IN (
                        'permanent_rental', 'national_rental', 'happy_housing', 'convertible_5_10y',
                        'long_term_jeonse', 'purchased_rental', 'purchased_general',
                        'purchased_youth', 'purchased_newlywed', 'purchased_elderly',
                        'purchased_dormitory', 'jeonse_general', 'jeonse_youth',
                        'jeonse_newlywed', 'jeonse_orphan'
                    )
                    THEN '1_public'
                WHEN f22_lease_deposit.lease_kind IN ('monthly_rent', 'semi_jeonse', 'gosiwon')
                    OR f22_lease_deposit.monthly_rent_amount > 0
                    THEN '3_rent'
                ELSE '2_jeonse'
            END
        ) AS ranked_tenure
    FROM f22_lease_deposit
    CROSS JOIN night
    INNER JOIN person_index ON person_index.signature_id = f22_lease_deposit.signature_id
    INNER JOIN assistance_unit_member AS unit
        ON unit.person_id = person_index.person_id AND unit.is_counted
    WHERE (f22_lease_deposit.lease_from IS NULL OR f22_lease_deposit.lease_from <= night.as_of)
        AND (f22_lease_deposit.lease_to IS NULL OR f22_lease_deposit.lease_to >= night.as_of)
    GROUP BY unit.household_id
),
member AS (
    SELECT
        unit.household_id,
        sum(CASE WHEN person_fact.age_years < 18 THEN 1 ELSE 0 END) AS children_under_18_count,
        sum(CASE WHEN person_fact.age_years < 7 THEN 1 ELSE 0 END) AS children_under_7_count,
        max(CASE WHEN person_fact.age_years IS NULL THEN 1 ELSE 0 END) AS somebody_ageless
    FROM assistance_unit_member AS unit
    INNER JOIN person_fact ON person_fact.person_id = unit.person_id
    WHERE unit.is_counted
    GROUP BY unit.household_id
),
region AS (
    SELECT
        dong.legal_dong_code,
        property_region.rent_zone,
        -- The third group of digits of a legal-dong code is 250 and more in towns and townships.
        CASE
            WHEN property_region.pension_region = 'rural'
                OR (
                    substr(dong.legal_dong_code, 6, 3) >= '250'
                    AND substr(dong.legal_dong_code, 6, 3) < '500'
                )
                THEN 'rural'
            WHEN property_region.pension_region = 'large_city' THEN 'metropolitan'
            WHEN property_region.pension_region IS NOT NULL THEN 'city'
        END AS region_class,
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
),
arrived AS (
    SELECT
        max(CASE WHEN document_type IN ('I05-F22-01', 'I37-F22-01') THEN 1 ELSE 0 END) = 1
            AS has_leases,
        max(CASE WHEN document_type = 'I05-F21-03' THEN 1 ELSE 0 END) = 1 AS has_houses,
        max(CASE WHEN document_type = 'I02-F03-01' THEN 1 ELSE 0 END) = 1 AS has_families
    FROM feed
    WHERE state <> 'missing'
)
SELECT
    means.household_id AS subject_id,
    CAST(means.unit_size AS BIGINT) AS unit_size,
    means.recognised_income_amount,
    means.recognised_income_ratio_ppm,
    means.median_income_amount,
    means.livelihood_threshold_amount,
    means.medical_threshold_amount,
    means.housing_threshold_amount,
    means.education_threshold_amount,
    CAST(means.income_decile AS BIGINT) AS income_decile,
    means.total_asset_amount,
    means.financial_asset_amount,
    means.vehicle_amount,
    CASE WHEN means.owns_home THEN TRUE WHEN arrived.has_houses THEN FALSE END AS owns_home,
    CASE
        WHEN lease.ranked_tenure IS NOT NULL THEN substr(lease.ranked_tenure, 3)
        WHEN means.owns_home THEN 'owner'
        WHEN arrived.has_leases AND arrived.has_houses THEN 'free'
    END AS tenure,
    CAST(
        lease.monthly_rent_amount + lease.deposit_amount * deposit_rate.yearly_ppm // 12000000
        AS BIGINT
    ) AS actual_rent_amount,
    standard_rent.amount AS standard_rent_amount,
    region.region_class,
    region.rent_zone,
    CASE WHEN member.somebody_ageless = 0 THEN CAST(member.children_under_18_count AS BIGINT) END
        AS children_under_18_count,
    CASE WHEN member.somebody_ageless = 0 THEN CAST(member.children_under_7_count AS BIGINT) END
        AS children_under_7_count,
    CASE
        WHEN unit_obligor.household_id IS NOT NULL THEN unit_obligor.is_over_limit
        WHEN arrived.has_families THEN FALSE
    END AS has_obligor_over_limit,
    coalesce(unit_set.unit_receipts_0, CAST(0 AS UBIGINT)) AS unit_receipts_0,
    coalesce(unit_set.unit_receipts_1, CAST(0 AS UBIGINT)) AS unit_receipts_1,
    coalesce(unit_set.unit_receipts_2, CAST(0 AS UBIGINT)) AS unit_receipts_2,
    coalesce(unit_set.unit_receipts_3, CAST(0 AS UBIGINT)) AS unit_receipts_3,
    coalesce(unit_set.unit_receipts_4, CAST(0 AS UBIGINT)) AS unit_receipts_4,
    coalesce(unit_set.unit_receipts_0, CAST(0 AS UBIGINT)) | fact_known.receipts_0
        AS unit_receipts_known_0,
    coalesce(unit_set.unit_receipts_1, CAST(0 AS UBIGINT)) | fact_known.receipts_1
        AS unit_receipts_known_1,
    coalesce(unit_set.unit_receipts_2, CAST(0 AS UBIGINT)) | fact_known.receipts_2
        AS unit_receipts_known_2,
    coalesce(unit_set.unit_receipts_3, CAST(0 AS UBIGINT)) | fact_known.receipts_3
        AS unit_receipts_known_3,
    coalesce(unit_set.unit_receipts_4, CAST(0 AS UBIGINT)) | fact_known.receipts_4
        AS unit_receipts_known_4,
    coalesce(unit_set.unit_crises, CAST(0 AS UBIGINT)) AS unit_crises,
    coalesce(unit_set.unit_crises, CAST(0 AS UBIGINT)) | fact_known.crises AS unit_crises_known
FROM household_means AS means
CROSS JOIN deposit_rate
CROSS JOIN arrived
CROSS JOIN fact_known
INNER JOIN household ON household.household_id = means.household_id
INNER JOIN member ON member.household_id = means.household_id
LEFT JOIN lease ON lease.household_id = means.household_id
LEFT JOIN unit_set ON unit_set.household_id = means.household_id
LEFT JOIN unit_obligor ON unit_obligor.household_id = means.household_id
LEFT JOIN region ON region.legal_dong_code = household.legal_dong_code AND region.place = 1
LEFT JOIN parameter_in_force AS standard_rent
    ON standard_rent.parameter = 'standard_rent'
    AND standard_rent.key = region.rent_zone || '_' || CAST(least(means.unit_size, 7) AS VARCHAR)
ORDER BY means.household_id
