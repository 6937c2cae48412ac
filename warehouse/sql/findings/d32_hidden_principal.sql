-- One row: one piece of evidence that a person of a unit on livelihood benefit was paid interest, in a
-- year, that the financial assets of the whole unit cannot have earned: at the market rate it needs a
-- principal of more than factor times what institutions report, and of least_hidden_amount more; and
-- twelve payments do not leave room for it (livelihood_room), so that the office did not count it.
-- The reported side is the largest sum of balances of any day since that year began, so that a deposit
-- that came to its end since then explains its interest. Loans to others bear up to the highest rate
-- that the law allows, and taxed insurance pays the interest of its whole term at once. A year stands for itself; nothing is spread over months.
-- Who is missing: units that were paid nothing in the last year; years beyond the rule's lookback.
-- Which source wins: all payers of interest are added; of one holding see financial_holding.
WITH paid_interest AS (
    SELECT
        livelihood_resident.household_id,
        livelihood_resident.person_id,
        interest.period AS year,
        interest.amount,
        CASE interest.income_kind
            WHEN 'interest_private_loan' THEN setting.private_loan_rate_ppm
            WHEN 'interest_insurance_saving' THEN setting.insurance_term_ppm
            ELSE setting.market_rate_ppm
        END AS rate_ppm,
        interest.document_type,
        interest.delivery_id,
        interest.line
    FROM f14_property_income AS interest
    CROSS JOIN d32_setting AS setting
    INNER JOIN livelihood_resident ON livelihood_resident.signature_id = interest.signature_id
    WHERE interest.document_type = 'I03-F14-01'
        AND interest.amount IS NOT NULL
),
yearly AS (
    SELECT
        household_id,
        person_id,
        year,
        CAST(sum(amount) AS BIGINT) AS interest_amount,
        CAST(sum(amount * 1000000 // rate_ppm) AS BIGINT) AS principal_amount
    FROM paid_interest
    GROUP BY household_id, person_id, year
),
-- Of each holding its largest balance since the year began.
largest AS (
    SELECT
        yearly.household_id,
        yearly.person_id,
        yearly.year,
        holding.person_id AS holder_id,
        holding.holding_key,
        max(holding.amount) AS amount
    FROM yearly
    INNER JOIN financial_holding AS holding
        ON holding.household_id = yearly.household_id
        AND holding.as_of >= make_date(CAST(yearly.year AS INTEGER), 1, 1)
    GROUP BY yearly.household_id, yearly.person_id, yearly.year, holding.person_id,
        holding.holding_key
),
reported AS (
    SELECT person_id, year, CAST(sum(amount) AS BIGINT) AS amount
    FROM largest
    GROUP BY person_id, year
),
implied AS (
    SELECT
        yearly.household_id,
        yearly.person_id,
        yearly.year,
        yearly.interest_amount,
        yearly.principal_amount,
        coalesce(reported.amount, 0) AS reported_amount
    FROM yearly
    LEFT JOIN reported ON reported.person_id = yearly.person_id AND reported.year = yearly.year
),
room AS (
    SELECT household_id, max(unexplained_amount) AS unexplained_amount
    FROM livelihood_room
    GROUP BY household_id
),
month_found AS (
    SELECT
        implied.person_id,
        'P001' AS programme_code,
        make_date(CAST(implied.year AS INTEGER), 1, 1) AS first_month,
        make_date(CAST(implied.year AS INTEGER), 12, 1) AS month,
        implied.household_id,
        CAST(implied.year AS INTEGER) AS year,
        CAST(NULL AS BIGINT) AS amount,
        'interest of ' || CAST(implied.year AS VARCHAR)
        || ' ' || CAST(implied.interest_amount AS VARCHAR) AS statement
    FROM implied
    CROSS JOIN d32_setting AS setting
    INNER JOIN room ON room.household_id = implied.household_id
    WHERE implied.interest_amount > (room.unexplained_amount + setting.tolerance_amount) * 12
        AND implied.principal_amount
        > implied.reported_amount * setting.factor_ppm // 1000000
        AND implied.principal_amount - implied.reported_amount >= setting.least_hidden_amount
),
month_evidence AS (
    SELECT
        month_found.person_id,
        month_found.programme_code,
        month_found.month,
        'interest' AS role,
        paid_interest.document_type,
        paid_interest.delivery_id,
        paid_interest.line
    FROM month_found
    INNER JOIN paid_interest
        ON paid_interest.person_id = month_found.person_id AND paid_interest.year = month_found.year
    UNION ALL
    SELECT month_found.person_id, month_found.programme_code, month_found.month,
        'holding', holding.document_type, holding.delivery_id, holding.line
    FROM month_found
    INNER JOIN financial_holding AS holding
        ON holding.household_id = month_found.household_id
        AND holding.as_of >= make_date(month_found.year, 1, 1)
    UNION ALL
    SELECT month_found.person_id, month_found.programme_code, month_found.month,
        'payment', room.document_type, room.delivery_id, room.line
    FROM month_found
    INNER JOIN livelihood_room AS room ON room.household_id = month_found.household_id
),
{{person_month_rows}}
