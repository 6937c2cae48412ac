-- One row: one piece of evidence that a member of a unit on livelihood benefit sold or gave away land, a
-- building or a right, and that what it was worth is nowhere: neither in accounts reported since, nor in
-- property bought or a lease begun around then. A gift brings nothing in and is always asked about.
-- One finding a person and month of disposal.
-- Who is missing: auctions, expropriations, inheritances and divisions; things that another person of the
-- unit took over; things worth less than the tolerance; units of whom no institution has reported a
-- balance since, because nothing says then that the money is not there.
-- Which source wins: of all sources' dates of one disposal the earliest. A thing whose value nobody
-- tells counts as worth the least value.
WITH paid AS (
    SELECT DISTINCT household_id FROM livelihood_room
),
disposal AS (
    SELECT
        title.household_id,
        title.person_id,
        title.item_kind,
        title.item_key,
        min(title.disposed_on) AS disposed_on,
        max(CASE WHEN title.disposal_reason = 'gift' THEN 1 ELSE 0 END) = 1 AS is_gift,
        max(title.amount) AS amount
    FROM property_title AS title
    CROSS JOIN night
    INNER JOIN paid ON paid.household_id = title.household_id
    WHERE title.is_member
        AND title.disposed_on <= night.as_of
        AND coalesce(title.disposal_reason, 'sale') IN ('sale', 'exchange', 'gift', 'trust', 'other')
    GROUP BY title.household_id, title.person_id, title.item_kind, title.item_key
),
-- Taken over within the household, or left to the owner under another date.
kept AS (
    SELECT DISTINCT disposal.household_id, disposal.person_id, disposal.item_kind, disposal.item_key
    FROM disposal
    CROSS JOIN d36_setting AS setting
    INNER JOIN property_title AS title
        ON title.household_id = disposal.household_id
        AND title.item_kind = disposal.item_kind
        AND title.item_key = disposal.item_key
        AND title.disposed_on IS NULL
        AND title.acquired_on >= CAST(disposal.disposed_on - INTERVAL '31' DAY AS DATE)
),
gone AS (
    SELECT
        disposal.household_id,
        disposal.person_id,
        CAST(date_trunc('month', disposal.disposed_on) AS DATE) AS month,
        min(disposal.disposed_on) AS disposed_on,
        max(CASE WHEN disposal.is_gift THEN 1 ELSE 0 END) = 1 AS is_gift,
        sum(coalesce(disposal.amount, setting.least_value_amount)) AS amount
    FROM disposal
    CROSS JOIN d36_setting AS setting
    LEFT JOIN kept
        ON kept.household_id = disposal.household_id
        AND kept.person_id = disposal.person_id
        AND kept.item_kind = disposal.item_kind
        AND kept.item_key = disposal.item_key
    WHERE kept.person_id IS NULL
        AND coalesce(disposal.amount, setting.least_value_amount) >= setting.least_value_amount
    GROUP BY disposal.household_id, disposal.person_id, date_trunc('month', disposal.disposed_on)
),
-- The largest balance of each holding since the disposal.
saved AS (
    SELECT household_id, person_id, month, sum(amount) AS amount
    FROM (
        SELECT
            gone.household_id,
            gone.person_id,
            gone.month,
            holding.person_id AS holder_id,
            holding.holding_key,
            max(holding.amount) AS amount
        FROM gone
        INNER JOIN financial_holding AS holding
            ON holding.household_id = gone.household_id AND holding.as_of >= gone.disposed_on
        GROUP BY gone.household_id, gone.person_id, gone.month, holding.person_id,
            holding.holding_key
    ) AS largest
    GROUP BY household_id, person_id, month
),
bought_item AS (
    SELECT
        gone.household_id,
        gone.person_id,
        gone.month,
        title.item_kind,
        title.item_key,
        -- A value that nobody tells is taken to explain the whole.
        coalesce(max(title.amount), max(gone.amount)) AS amount
    FROM gone
    CROSS JOIN d36_setting AS setting
    INNER JOIN property_title AS title
        ON title.household_id = gone.household_id
        AND title.is_member
        AND abs(date_diff('month', gone.disposed_on, title.acquired_on)) <= setting.window_months
    GROUP BY gone.household_id, gone.person_id, gone.month, title.item_kind, title.item_key
),
bought AS (
    SELECT household_id, person_id, month, sum(amount) AS amount
    FROM bought_item
    GROUP BY household_id, person_id, month
),
leased AS (
    SELECT
        gone.household_id,
        gone.person_id,
        gone.month,
        max(f22_lease_deposit.deposit_amount) AS amount
    FROM gone
    CROSS JOIN d36_setting AS setting
    INNER JOIN livelihood_resident AS resident ON resident.household_id = gone.household_id
    INNER JOIN f22_lease_deposit
        ON f22_lease_deposit.signature_id = resident.signature_id
        AND abs(date_diff('month', gone.disposed_on, f22_lease_deposit.lease_from))
        <= setting.window_months
    GROUP BY gone.household_id, gone.person_id, gone.month
),
month_found AS (
    SELECT
        gone.person_id,
        'P001' AS programme_code,
        gone.month AS first_month,
        gone.month,
        gone.household_id,
        CAST(NULL AS BIGINT) AS amount,
        CASE WHEN gone.is_gift THEN 'property given away' ELSE 'property disposed of' END
        || ' in the month of ' || CAST(gone.month AS VARCHAR) AS statement
    FROM gone
    CROSS JOIN d36_setting AS setting
    INNER JOIN saved
        ON saved.household_id = gone.household_id
        AND saved.person_id = gone.person_id
        AND saved.month = gone.month
    LEFT JOIN bought
        ON bought.household_id = gone.household_id
        AND bought.person_id = gone.person_id
        AND bought.month = gone.month
    LEFT JOIN leased
        ON leased.household_id = gone.household_id
        AND leased.person_id = gone.person_id
        AND leased.month = gone.month
    WHERE gone.is_gift
        OR saved.amount + coalesce(bought.amount, 0) + coalesce(leased.amount, 0)
        < gone.amount * setting.explained_ppm // 1000000
),
month_evidence AS (
    SELECT
        month_found.person_id,
        month_found.programme_code,
        month_found.month,
        'disposal' AS role,
        title.document_type,
        title.delivery_id,
        title.line
    FROM month_found
    INNER JOIN property_title AS title
        ON title.household_id = month_found.household_id
        AND title.person_id = month_found.person_id
        AND title.disposed_on IS NOT NULL
        AND CAST(date_trunc('month', title.disposed_on) AS DATE) = month_found.month
    UNION ALL
    SELECT month_found.person_id, month_found.programme_code, month_found.month,
        'holding', holding.document_type, holding.delivery_id, holding.line
    FROM month_found
    INNER JOIN financial_holding AS holding
        ON holding.household_id = month_found.household_id AND holding.as_of >= month_found.month
    UNION ALL
    SELECT month_found.person_id, month_found.programme_code, month_found.month,
        'payment', room.document_type, room.delivery_id, room.line
    FROM month_found
    INNER JOIN livelihood_room AS room ON room.household_id = month_found.household_id
),
{{person_month_rows}}
