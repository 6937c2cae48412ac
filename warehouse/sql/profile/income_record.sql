-- One row: one record of income in a family, of any month (won, as the source states it), with its
-- delivery by number (profile_source). A view.
-- stated_month: the month that the record names; of a year's total the last of the year.
-- Who is missing: rows without an amount or a month; records that arrived after the day on which one
-- knows. Which source wins: none.
-- A day worker's reported wage (I26-F19-03) comes once for each insurance scheme and counts once.
WITH day_worker_base AS (
    SELECT
        delivery_id,
        line,
        made_at,
        signature_id,
        period,
        base_amount,
        dense_rank() OVER (
            PARTITION BY delivery_id, signature_id, period, workplace_no
            ORDER BY scheme
        ) AS scheme_place
    FROM f19_insurance_contribution_base
    WHERE document_type = 'I26-F19-03'
),
stated AS (
    SELECT delivery_id, line, made_at, signature_id, period AS stated_month, gross_amount AS amount
    FROM f11_wage_income
    UNION ALL
    SELECT delivery_id, line, made_at, signature_id, period, gross_amount
    FROM f12_daily_wage_income
    UNION ALL
    SELECT delivery_id, line, made_at, signature_id, make_date(period, 12, 1),
        coalesce(income_amount, revenue_amount - expense_amount, revenue_amount)
    FROM f13_business_income
    UNION ALL
    SELECT delivery_id, line, made_at, signature_id, make_date(period, 12, 1), amount
    FROM f14_property_income
    UNION ALL
    SELECT delivery_id, line, made_at, signature_id, period, amount
    FROM f15_public_pension_payment
    UNION ALL
    SELECT delivery_id, line, made_at, signature_id, period, amount
    FROM f16_other_public_transfer
    UNION ALL
    SELECT delivery_id, line, made_at, signature_id, period, amount
    FROM f17_private_transfer_declared
    UNION ALL
    SELECT delivery_id, line, made_at, signature_id, period, base_amount
    FROM f19_insurance_contribution_base
    WHERE document_type <> 'I26-F19-03'
    UNION ALL
    SELECT delivery_id, line, made_at, signature_id, period, base_amount
    FROM day_worker_base
    WHERE scheme_place = 1
    UNION ALL
    SELECT delivery_id, line, made_at, signature_id, period, amount
    FROM f35_benefit_payment
)
SELECT
    stated.signature_id,
    source.source_no,
    source.delivery_no,
    source.attribution,
    stated.line,
    stated.made_at,
    CAST(date_trunc('month', stated.stated_month) AS DATE) AS stated_month,
    stated.amount
FROM stated
CROSS JOIN knowledge
INNER JOIN profile_source AS source
    ON source.delivery_id = stated.delivery_id AND source.is_income
WHERE stated.amount IS NOT NULL
    AND stated.stated_month IS NOT NULL
    AND (knowledge.known_at IS NULL OR stated.made_at <= knowledge.known_at)
