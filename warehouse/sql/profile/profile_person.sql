-- One row: a person's income in the night's month and assets on its date (won), figure by figure.
-- A figure without a record is 0 with status 'assumed' where a source of it arrived, and null with
-- status 'missing' where none did: missing is never zero.
-- Who is missing: nobody of the person index. Which source wins: see profile_figure, which also
-- names the document types behind each figure.
WITH arrived AS (
    SELECT
        max(CASE WHEN kind.figure = 'earned' AND feed.state <> 'missing' THEN 0 END)
            AS earned_zero,
        max(CASE WHEN kind.figure = 'business' AND feed.state <> 'missing' THEN 0 END)
            AS business_zero,
        max(CASE WHEN kind.figure = 'property_income' AND feed.state <> 'missing' THEN 0 END)
            AS property_income_zero,
        max(CASE WHEN kind.figure = 'public_transfer' AND feed.state <> 'missing' THEN 0 END)
            AS public_transfer_zero,
        max(CASE WHEN kind.figure = 'private_transfer' AND feed.state <> 'missing' THEN 0 END)
            AS private_transfer_zero,
        max(CASE WHEN kind.figure = 'residential' AND feed.state <> 'missing' THEN 0 END)
            AS residential_zero,
        max(CASE WHEN kind.figure = 'general' AND feed.state <> 'missing' THEN 0 END)
            AS general_zero,
        max(CASE WHEN kind.figure = 'financial' AND feed.state <> 'missing' THEN 0 END)
            AS financial_zero,
        max(CASE WHEN kind.figure = 'vehicle' AND feed.state <> 'missing' THEN 0 END)
            AS vehicle_zero,
        max(CASE WHEN kind.figure = 'debt' AND feed.state <> 'missing' THEN 0 END)
            AS debt_zero
    FROM profile_kind AS kind
    INNER JOIN feed ON feed.income_asset_code = kind.income_asset_code
),
listed AS (
    SELECT person_id, array_agg(DISTINCT document_type ORDER BY document_type) AS sources
    FROM (
        SELECT person_id, document_type FROM income_of_month
        UNION ALL
        SELECT person_id, document_type FROM asset
    ) AS source_row
    GROUP BY person_id
),
figures AS (
    SELECT
        person.person_id,
        coalesce(
            max(CASE WHEN figure.figure = 'earned' THEN figure.amount END), max(arrived.earned_zero)
        ) AS earned_amount,
        coalesce(
            max(CASE WHEN figure.figure = 'business' THEN figure.amount END), max(arrived.business_zero)
        ) AS business_amount,
        coalesce(
            max(CASE WHEN figure.figure = 'property_income' THEN figure.amount END), max(arrived.property_income_zero)
        ) AS property_income_amount,
        coalesce(
            max(CASE WHEN figure.figure = 'public_transfer' THEN figure.amount END), max(arrived.public_transfer_zero)
        ) AS public_transfer_amount,
        coalesce(
            max(CASE WHEN figure.figure = 'private_transfer' THEN figure.amount END), max(arrived.private_transfer_zero)
        ) AS private_transfer_amount,
        coalesce(
            max(CASE WHEN figure.figure = 'residential' THEN figure.amount END), max(arrived.residential_zero)
        ) AS residential_amount,
        coalesce(
            max(CASE WHEN figure.figure = 'general' THEN figure.amount END), max(arrived.general_zero)
        ) AS general_amount,
        coalesce(
            max(CASE WHEN figure.figure = 'financial' THEN figure.amount END), max(arrived.financial_zero)
        ) AS financial_amount,
        coalesce(
            max(CASE WHEN figure.figure = 'vehicle' THEN figure.amount END), max(arrived.vehicle_zero)
        ) AS vehicle_amount,
        coalesce(
            max(CASE WHEN figure.figure = 'debt' THEN figure.amount END), max(arrived.debt_zero)
        ) AS debt_amount,
        coalesce(
            max(CASE WHEN figure.figure = 'earned' THEN figure.status END),
            CASE WHEN max(arrived.earned_zero) = 0 THEN 'assumed' ELSE 'missing' END
        ) AS earned_status,
        coalesce(
            max(CASE WHEN figure.figure = 'business' THEN figure.status END),
            CASE WHEN max(arrived.business_zero) = 0 THEN 'assumed' ELSE 'missing' END
        ) AS business_status,
        coalesce(
            max(CASE WHEN figure.figure = 'property_income' THEN figure.status END),
            CASE WHEN max(arrived.property_income_zero) = 0 THEN 'assumed' ELSE 'missing' END
        ) AS property_income_status,
        coalesce(
            max(CASE WHEN figure.figure = 'public_transfer' THEN figure.status END),
            CASE WHEN max(arrived.public_transfer_zero) = 0 THEN 'assumed' ELSE 'missing' END
        ) AS public_transfer_status,
        coalesce(
            max(CASE WHEN figure.figure = 'private_transfer' THEN figure.status END),
            CASE WHEN max(arrived.private_transfer_zero) = 0 THEN 'assumed' ELSE 'missing' END
        ) AS private_transfer_status,
        coalesce(
            max(CASE WHEN figure.figure = 'residential' THEN figure.status END),
            CASE WHEN max(arrived.residential_zero) = 0 THEN 'assumed' ELSE 'missing' END
        ) AS residential_status,
        coalesce(
            max(CASE WHEN figure.figure = 'general' THEN figure.status END),
            CASE WHEN max(arrived.general_zero) = 0 THEN 'assumed' ELSE 'missing' END
        ) AS general_status,
        coalesce(
            max(CASE WHEN figure.figure = 'financial' THEN figure.status END),
            CASE WHEN max(arrived.financial_zero) = 0 THEN 'assumed' ELSE 'missing' END
        ) AS financial_status,
        coalesce(
            max(CASE WHEN figure.figure = 'vehicle' THEN figure.status END),
            CASE WHEN max(arrived.vehicle_zero) = 0 THEN 'assumed' ELSE 'missing' END
        ) AS vehicle_status,
        coalesce(
            max(CASE WHEN figure.figure = 'debt' THEN figure.status END),
            CASE WHEN max(arrived.debt_zero) = 0 THEN 'assumed' ELSE 'missing' END
        ) AS debt_status
    FROM person
    CROSS JOIN arrived
    LEFT JOIN profile_figure AS figure ON figure.person_id = person.person_id
    GROUP BY person.person_id
)
SELECT
    figures.*,
    night.month,
    listed.sources
FROM figures
CROSS JOIN night
LEFT JOIN listed ON listed.person_id = figures.person_id
ORDER BY figures.person_id
