-- One row: a person's income in the night's month and assets on its date (won), figure by figure.
-- A figure without a record is 0 with status 'assumed' where a source of it arrived and still is valid,
-- and null with status 'missing' where none did: missing is never zero.
-- weakness: the weakest status of the ten, 1 known, 2 stale, 3 assumed, 4 conflict, 5 missing.
-- Who is missing: nobody of the person index. Which source wins: see profile_figure, which also
-- names the document types behind each figure.
WITH heard AS (
    SELECT DISTINCT kind.figure
    FROM profile_kind AS kind
    CROSS JOIN night
    INNER JOIN feed ON feed.income_asset_code = kind.income_asset_code
    WHERE feed.state <> 'missing'
        AND (
            kind.validity_months IS NULL
            OR date_diff('month', feed.newest_period_start, night.month)
            <= kind.validity_months + CASE WHEN kind.attribution = 'year' THEN 11 ELSE 0 END
        )
),
arrived AS (
    SELECT
        max(CASE WHEN figure = 'earned' THEN 0 END) AS earned_zero,
        max(CASE WHEN figure = 'business' THEN 0 END) AS business_zero,
        max(CASE WHEN figure = 'property_income' THEN 0 END) AS property_income_zero,
        max(CASE WHEN figure = 'public_transfer' THEN 0 END) AS public_transfer_zero,
        max(CASE WHEN figure = 'private_transfer' THEN 0 END) AS private_transfer_zero,
        max(CASE WHEN figure = 'residential' THEN 0 END) AS residential_zero,
        max(CASE WHEN figure = 'general' THEN 0 END) AS general_zero,
        max(CASE WHEN figure = 'financial' THEN 0 END) AS financial_zero,
        max(CASE WHEN figure = 'vehicle' THEN 0 END) AS vehicle_zero,
        max(CASE WHEN figure = 'debt' THEN 0 END) AS debt_zero
    FROM heard
),
stated AS (
    SELECT
        person_no,
        max(CASE WHEN figure = 'earned' THEN amount END) AS earned_amount,
        max(CASE WHEN figure = 'earned' THEN weakness END) AS earned_weakness,
        max(CASE WHEN figure = 'business' THEN amount END) AS business_amount,
        max(CASE WHEN figure = 'business' THEN weakness END) AS business_weakness,
        max(CASE WHEN figure = 'property_income' THEN amount END) AS property_income_amount,
        max(CASE WHEN figure = 'property_income' THEN weakness END) AS property_income_weakness,
        max(CASE WHEN figure = 'public_transfer' THEN amount END) AS public_transfer_amount,
        max(CASE WHEN figure = 'public_transfer' THEN weakness END) AS public_transfer_weakness,
        max(CASE WHEN figure = 'private_transfer' THEN amount END) AS private_transfer_amount,
        max(CASE WHEN figure = 'private_transfer' THEN weakness END) AS private_transfer_weakness,
        max(CASE WHEN figure = 'residential' THEN amount END) AS residential_amount,
        max(CASE WHEN figure = 'residential' THEN weakness END) AS residential_weakness,
        max(CASE WHEN figure = 'general' THEN amount END) AS general_amount,
        max(CASE WHEN figure = 'general' THEN weakness END) AS general_weakness,
        max(CASE WHEN figure = 'financial' THEN amount END) AS financial_amount,
        max(CASE WHEN figure = 'financial' THEN weakness END) AS financial_weakness,
        max(CASE WHEN figure = 'vehicle' THEN amount END) AS vehicle_amount,
        max(CASE WHEN figure = 'vehicle' THEN weakness END) AS vehicle_weakness,
        max(CASE WHEN figure = 'debt' THEN amount END) AS debt_amount,
        max(CASE WHEN figure = 'debt' THEN weakness END) AS debt_weakness
    FROM figure_total
    GROUP BY person_no
),
figures AS (
    SELECT
        person_number.person_id,
        person_number.person_no,
        coalesce(stated.earned_amount, arrived.earned_zero) AS earned_amount,
        coalesce(stated.earned_weakness, arrived.earned_zero + 3, 5) AS earned_weakness,
        coalesce(stated.business_amount, arrived.business_zero) AS business_amount,
        coalesce(stated.business_weakness, arrived.business_zero + 3, 5) AS business_weakness,
        coalesce(stated.property_income_amount, arrived.property_income_zero) AS property_income_amount,
        coalesce(stated.property_income_weakness, arrived.property_income_zero + 3, 5) AS property_income_weakness,
        coalesce(stated.public_transfer_amount, arrived.public_transfer_zero) AS public_transfer_amount,
        coalesce(stated.public_transfer_weakness, arrived.public_transfer_zero + 3, 5) AS public_transfer_weakness,
        coalesce(stated.private_transfer_amount, arrived.private_transfer_zero) AS private_transfer_amount,
        coalesce(stated.private_transfer_weakness, arrived.private_transfer_zero + 3, 5) AS private_transfer_weakness,
        coalesce(stated.residential_amount, arrived.residential_zero) AS residential_amount,
        coalesce(stated.residential_weakness, arrived.residential_zero + 3, 5) AS residential_weakness,
        coalesce(stated.general_amount, arrived.general_zero) AS general_amount,
        coalesce(stated.general_weakness, arrived.general_zero + 3, 5) AS general_weakness,
        coalesce(stated.financial_amount, arrived.financial_zero) AS financial_amount,
        coalesce(stated.financial_weakness, arrived.financial_zero + 3, 5) AS financial_weakness,
        coalesce(stated.vehicle_amount, arrived.vehicle_zero) AS vehicle_amount,
        coalesce(stated.vehicle_weakness, arrived.vehicle_zero + 3, 5) AS vehicle_weakness,
        coalesce(stated.debt_amount, arrived.debt_zero) AS debt_amount,
        coalesce(stated.debt_weakness, arrived.debt_zero + 3, 5) AS debt_weakness
    FROM person_number
    CROSS JOIN arrived
    LEFT JOIN stated ON stated.person_no = person_number.person_no
)
SELECT
    figures.person_id,
    figures.earned_amount,
    figures.business_amount,
    figures.property_income_amount,
    figures.public_transfer_amount,
    figures.private_transfer_amount,
    figures.residential_amount,
    figures.general_amount,
    figures.financial_amount,
    figures.vehicle_amount,
    figures.debt_amount,
    CASE figures.earned_weakness
        WHEN 1 THEN 'known' WHEN 2 THEN 'stale' WHEN 3 THEN 'assumed' WHEN 4 THEN 'conflict'
        ELSE 'missing'
    END AS earned_status,
    CASE figures.business_weakness
        WHEN 1 THEN 'known' WHEN 2 THEN 'stale' WHEN 3 THEN 'assumed' WHEN 4 THEN 'conflict'
        ELSE 'missing'
    END AS business_status,
    CASE figures.property_income_weakness
        WHEN 1 THEN 'known' WHEN 2 THEN 'stale' WHEN 3 THEN 'assumed' WHEN 4 THEN 'conflict'
        ELSE 'missing'
    END AS property_income_status,
    CASE figures.public_transfer_weakness
        WHEN 1 THEN 'known' WHEN 2 THEN 'stale' WHEN 3 THEN 'assumed' WHEN 4 THEN 'conflict'
        ELSE 'missing'
    END AS public_transfer_status,
    CASE figures.private_transfer_weakness
        WHEN 1 THEN 'known' WHEN 2 THEN 'stale' WHEN 3 THEN 'assumed' WHEN 4 THEN 'conflict'
        ELSE 'missing'
    END AS private_transfer_status,
    CASE figures.residential_weakness
        WHEN 1 THEN 'known' WHEN 2 THEN 'stale' WHEN 3 THEN 'assumed' WHEN 4 THEN 'conflict'
        ELSE 'missing'
    END AS residential_status,
    CASE figures.general_weakness
        WHEN 1 THEN 'known' WHEN 2 THEN 'stale' WHEN 3 THEN 'assumed' WHEN 4 THEN 'conflict'
        ELSE 'missing'
    END AS general_status,
    CASE figures.financial_weakness
        WHEN 1 THEN 'known' WHEN 2 THEN 'stale' WHEN 3 THEN 'assumed' WHEN 4 THEN 'conflict'
        ELSE 'missing'
    END AS financial_status,
    CASE figures.vehicle_weakness
        WHEN 1 THEN 'known' WHEN 2 THEN 'stale' WHEN 3 THEN 'assumed' WHEN 4 THEN 'conflict'
        ELSE 'missing'
    END AS vehicle_status,
    CASE figures.debt_weakness
        WHEN 1 THEN 'known' WHEN 2 THEN 'stale' WHEN 3 THEN 'assumed' WHEN 4 THEN 'conflict'
        ELSE 'missing'
    END AS debt_status,
    greatest(
        figures.earned_weakness,
        figures.business_weakness,
        figures.property_income_weakness,
        figures.public_transfer_weakness,
        figures.private_transfer_weakness,
        figures.residential_weakness,
        figures.general_weakness,
        figures.financial_weakness,
        figures.vehicle_weakness,
        figures.debt_weakness
    ) AS weakness,
    night.month,
    source_list.sources
FROM figures
CROSS JOIN night
LEFT JOIN person_sources ON person_sources.person_no = figures.person_no
LEFT JOIN source_list ON source_list.source_bits = person_sources.source_bits
ORDER BY figures.person_no
