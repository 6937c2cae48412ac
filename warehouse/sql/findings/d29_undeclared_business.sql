-- One row: one piece of evidence that a person of a unit on livelihood benefit had an active business
-- with turnover in a month for which the payment leaves no room for what the business earns.
-- The register says that the business is active, the tax office that it has turnover; both must. The
-- income of a year is compared with twelve times what the payment leaves room for (the room that
-- public pensions and benefits leave, livelihood_work_room), never with a month, and no amount of a
-- month is claimed.
-- Who is missing: businesses closed or suspended by their newest report, freelancers without a
-- registered business, corporations, and months for which no year before is known.
-- Which source wins: of registration and closure reports of a business the newest, on a tie the one
-- that says it rests; of income the return, else a joint owner's share, else the lowest that is told.
WITH recipient AS (
    SELECT DISTINCT person_id, signature_id
    FROM livelihood_resident
),
registered AS (
    SELECT
        recipient.person_id,
        business.brn,
        business.status,
        business.opened_on,
        business.closed_on,
        business.document_type,
        business.delivery_id,
        business.line,
        row_number() OVER (
            PARTITION BY recipient.person_id, business.brn
            ORDER BY
                business.made_at DESC,
                CASE WHEN business.status = 'active' THEN 1 ELSE 0 END,
                business.opened_on DESC NULLS LAST,
                business.delivery_id DESC,
                business.line DESC
        ) AS place
    FROM f33_business_registration AS business
    INNER JOIN recipient ON recipient.signature_id = business.signature_id
    WHERE business.document_type IN ('I03-F33-01', 'I03-F33-02', 'I03-F33-04')
        AND business.brn IS NOT NULL
),
active AS (
    SELECT * FROM registered WHERE place = 1 AND status = 'active'
),
traded AS (
    SELECT
        active.person_id,
        active.brn,
        trade.period AS year,
        trade.revenue_amount,
        coalesce(
            trade.income_amount,
            trade.revenue_amount - trade.expense_amount,
            trade.revenue_amount * setting.margin_ppm // 1000000
        ) AS income_amount,
        trade.document_type,
        trade.delivery_id,
        trade.line
    FROM f13_business_income AS trade
    CROSS JOIN d29_setting AS setting
    INNER JOIN recipient ON recipient.signature_id = trade.signature_id
    INNER JOIN active ON active.person_id = recipient.person_id AND active.brn = trade.brn
    WHERE trade.document_type IN ('I03-F13-01', 'I03-F13-04', 'I03-F13-05', 'I03-F13-08')
        AND trade.revenue_amount > 0
),
ranked AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY person_id, brn, year
            ORDER BY
                CASE document_type WHEN 'I03-F13-01' THEN 1 WHEN 'I03-F13-08' THEN 2 ELSE 3 END,
                income_amount, delivery_id, line
        ) AS place
    FROM traded
),
yearly AS (
    SELECT
        person_id,
        year,
        CAST(sum(income_amount) AS BIGINT) AS income_amount,
        CAST(sum(revenue_amount) AS BIGINT) AS revenue_amount
    FROM ranked
    WHERE place = 1
    GROUP BY person_id, year
),
-- The month of the payment, and the newest year before it.
judged AS (
    SELECT
        room.person_id,
        room.household_id,
        room.month,
        room.paid_amount,
        room.unexplained_work_amount,
        max(yearly.year) AS year
    FROM livelihood_work_room AS room
    INNER JOIN yearly
        ON yearly.person_id = room.person_id AND yearly.year < extract(YEAR FROM room.month)
    GROUP BY room.person_id, room.household_id, room.month, room.paid_amount,
        room.unexplained_work_amount
),
open_business AS (
    SELECT judged.person_id, judged.month, min(active.opened_on) AS opened_on
    FROM judged
    INNER JOIN active
        ON active.person_id = judged.person_id
        AND (active.opened_on IS NULL OR active.opened_on <= judged.month)
        AND (active.closed_on IS NULL OR active.closed_on > judged.month)
    GROUP BY judged.person_id, judged.month
),
compared_month AS (
    SELECT
        judged.household_id,
        judged.person_id,
        judged.month AS first_month,
        judged.month,
        judged.year,
        CAST(NULL AS BIGINT) AS amount,
        'business active since ' || coalesce(CAST(open_business.opened_on AS VARCHAR), 'unknown')
        || '; turnover in ' || CAST(judged.year AS VARCHAR)
        || '; paid ' || CAST(judged.paid_amount AS VARCHAR) AS statement
    FROM judged
    CROSS JOIN d29_setting AS setting
    INNER JOIN open_business
        ON open_business.person_id = judged.person_id AND open_business.month = judged.month
    INNER JOIN yearly ON yearly.person_id = judged.person_id AND yearly.year = judged.year
    WHERE yearly.revenue_amount >= setting.least_turnover_amount
        AND yearly.income_amount
        > judged.unexplained_work_amount * 12 + setting.tolerance_year_amount
),
reason AS (
    SELECT
        compared_month.person_id,
        compared_month.month,
        'business' AS role,
        active.document_type,
        active.delivery_id,
        active.line
    FROM compared_month
    INNER JOIN active ON active.person_id = compared_month.person_id
    UNION ALL
    SELECT compared_month.person_id, compared_month.month, 'turnover', traded.document_type,
        traded.delivery_id, traded.line
    FROM compared_month
    INNER JOIN traded
        ON traded.person_id = compared_month.person_id AND traded.year = compared_month.year
),
{{livelihood_rows}}
