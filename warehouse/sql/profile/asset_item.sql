-- One row: one thing owned or owed by a person on the night's date (won; debts are positive).
-- Shares are applied, so that a house of two owners counts half for each.
-- Who is missing: people without a record, and things disposed of by the night's date.
-- Which source wins: of a source that sends its whole state, only the newest period counts (for
-- answers on request, the newest about that person); of a source that sends changes, the newest row
-- about the thing.
WITH stated AS (
    SELECT document_type, delivery_id, line, made_at, signature_id, parcel_no AS item_key,
        CASE
            WHEN share_denominator > 0
                THEN assessed_amount * coalesce(share_numerator, 1) // share_denominator
            ELSE assessed_amount
        END AS amount,
        acquired_on AS held_from, disposed_on AS held_to
    FROM f20_land
    UNION ALL
    SELECT document_type, delivery_id, line, made_at, signature_id, building_no,
        CASE
            WHEN share_denominator > 0
                THEN assessed_amount * coalesce(share_numerator, 1) // share_denominator
            ELSE assessed_amount
        END,
        acquired_on, disposed_on
    FROM f21_building_house
    UNION ALL
    SELECT document_type, delivery_id, line, made_at, signature_id,
        CAST(address_key AS VARCHAR), deposit_amount, lease_from, lease_to
    FROM f22_lease_deposit
    UNION ALL
    SELECT document_type, delivery_id, line, made_at, signature_id, vehicle_no,
        assessed_amount, registered_on, deregistered_on
    FROM f23_vehicle
    UNION ALL
    SELECT document_type, delivery_id, line, made_at, signature_id, asset_no,
        assessed_amount, acquired_on, disposed_on
    FROM f24_vessel_aircraft_machinery
    UNION ALL
    SELECT document_type, delivery_id, line, made_at, signature_id, right_no,
        assessed_amount, acquired_on, disposed_on
    FROM f25_membership_or_purchase_right
    UNION ALL
    SELECT document_type, delivery_id, line, made_at, signature_id,
        institution_no || ' ' || account_no,
        coalesce(average_3m_amount, balance_amount), opened_on, closed_on
    FROM f26_deposit_account
    UNION ALL
    SELECT document_type, delivery_id, line, made_at, signature_id,
        institution_no || ' ' || account_no || ' ' || instrument_kind, market_amount, NULL, NULL
    FROM f27_security_holding
    UNION ALL
    SELECT document_type, delivery_id, line, made_at, signature_id,
        institution_no || ' ' || policy_no, surrender_amount, NULL, NULL
    FROM f28_insurance_policy
    UNION ALL
    SELECT document_type, delivery_id, line, made_at, signature_id,
        institution_no || ' ' || loan_no, balance_amount, opened_on, NULL
    FROM f29_debt_credit
    UNION ALL
    SELECT document_type, delivery_id, line, made_at, signature_id, object_no,
        tax_base_amount, NULL, NULL
    FROM f30_tax_assessment
),
of_kind AS (
    SELECT
        person_index.person_id,
        kind.income_asset_code,
        kind.figure,
        kind.is_snapshot,
        stated.document_type,
        stated.delivery_id,
        stated.line,
        stated.made_at,
        stated.item_key,
        stated.amount,
        CAST(delivery.period AS VARCHAR) AS period,
        CASE
            WHEN CAST(document_type.cycle AS VARCHAR) = 'on_request'
                THEN max(CAST(delivery.period AS VARCHAR)) OVER (
                    PARTITION BY stated.document_type, person_index.person_id
                )
            ELSE feed.newest_period
        END AS newest_period,
        row_number() OVER (
            PARTITION BY stated.document_type, person_index.person_id, stated.item_key
            ORDER BY stated.held_from DESC NULLS LAST, stated.made_at DESC,
                stated.delivery_id DESC, stated.line DESC
        ) AS newest_place,
        stated.held_to,
        feed.state AS feed_state
    FROM stated
    CROSS JOIN night
    INNER JOIN document_type ON document_type.code = stated.document_type
    INNER JOIN profile_kind AS kind ON kind.income_asset_code = document_type.income_asset_code
    INNER JOIN person_index ON person_index.signature_id = stated.signature_id
    INNER JOIN delivery ON delivery.delivery_id = stated.delivery_id
    INNER JOIN feed ON feed.document_type = stated.document_type
    WHERE NOT kind.is_income
        AND stated.amount IS NOT NULL
        AND (stated.held_from IS NULL OR stated.held_from <= night.as_of)
)
SELECT
    of_kind.person_id,
    of_kind.income_asset_code,
    of_kind.figure,
    of_kind.item_key,
    of_kind.amount,
    CASE WHEN of_kind.feed_state = 'stale' THEN 'stale' ELSE 'known' END AS status,
    of_kind.document_type,
    of_kind.delivery_id,
    of_kind.line
FROM of_kind
CROSS JOIN night
WHERE (of_kind.held_to IS NULL OR of_kind.held_to > night.as_of)
    AND CASE
        WHEN of_kind.is_snapshot THEN of_kind.period = of_kind.newest_period
        ELSE of_kind.newest_place = 1
    END
ORDER BY of_kind.person_id, of_kind.income_asset_code, of_kind.delivery_id, of_kind.line
