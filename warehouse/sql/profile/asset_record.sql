-- One row: one record of a thing owned or owed by a person, judged: the base of asset_item, which says
-- what the columns mean, with people and deliveries by number. Kept for the night's work only.
-- Who is missing: people without a record; things not yet held on the date; records that arrived after
-- the day on which one knows.
-- Which source wins: see asset_item.
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
of_person AS (
    SELECT
        signature_person.person_no,
        source.source_no,
        source.delivery_no,
        source.income_asset_code,
        source.figure,
        source.is_snapshot,
        source.is_on_request,
        stated.line,
        stated.made_at,
        stated.item_key,
        stated.amount,
        stated.held_from,
        stated.held_to,
        source.period,
        feed.newest_period,
        feed.state AS feed_state
    FROM stated
    CROSS JOIN night
    CROSS JOIN knowledge
    INNER JOIN profile_source AS source
        ON source.delivery_id = stated.delivery_id AND NOT source.is_income
    INNER JOIN feed ON feed.document_type = source.document_type
    INNER JOIN signature_person ON signature_person.signature_id = stated.signature_id
    WHERE stated.amount IS NOT NULL
        AND (stated.held_from IS NULL OR stated.held_from <= night.as_of)
        AND (knowledge.known_at IS NULL OR stated.made_at <= knowledge.known_at)
),
-- Only sources that send changes, and answers on request, need to look at a person's other rows.
judged AS (
    SELECT *, period = newest_period AS is_newest
    FROM of_person
    WHERE is_snapshot AND NOT is_on_request
    UNION ALL
    SELECT *, period = max(period) OVER (PARTITION BY source_no, person_no) AS is_newest
    FROM of_person
    WHERE is_snapshot AND is_on_request
    UNION ALL
    SELECT
        *,
        row_number() OVER (
            PARTITION BY source_no, person_no, item_key
            ORDER BY held_from DESC NULLS LAST, made_at DESC, delivery_no DESC, line DESC
        ) = 1 AS is_newest
    FROM of_person
    WHERE NOT is_snapshot
)
SELECT
    judged.person_no,
    judged.source_no,
    judged.delivery_no,
    judged.income_asset_code,
    judged.figure,
    judged.item_key,
    judged.amount,
    CASE WHEN judged.feed_state = 'stale' THEN 'stale' ELSE 'known' END AS status,
    CASE
        WHEN NOT judged.is_newest THEN 'superseded'
        WHEN judged.held_to <= night.as_of THEN 'disposed'
        WHEN judged.figure = 'none' THEN 'not_counted'
        ELSE 'used'
    END AS use,
    judged.period,
    judged.made_at AS received_at,
    judged.line
FROM judged
CROSS JOIN night
