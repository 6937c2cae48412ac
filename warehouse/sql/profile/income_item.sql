-- One row: one record of a person's income, of a month of the twelve up to the night's month, or of a
-- year before the night's (won, as the source states it: a month's or a year's).
-- month is the month for which the record may stand: the one it names, or the night's month for a
-- yearly total; is_period_attributed tells the two apart.
-- Who is missing: people without a record; records that arrived after the day on which one knows.
-- Which source wins: none here; of yearly totals only the newest year of each source is kept.
-- Reversal rows are negative and are added to what they reverse.
WITH stated AS (
    SELECT document_type, delivery_id, line, made_at, signature_id, period AS stated_month,
        gross_amount AS amount
    FROM f11_wage_income
    UNION ALL
    SELECT document_type, delivery_id, line, made_at, signature_id, period, gross_amount
    FROM f12_daily_wage_income
    UNION ALL
    SELECT document_type, delivery_id, line, made_at, signature_id, make_date(period, 12, 1),
        coalesce(income_amount, revenue_amount - expense_amount, revenue_amount)
    FROM f13_business_income
    UNION ALL
    SELECT document_type, delivery_id, line, made_at, signature_id, make_date(period, 12, 1), amount
    FROM f14_property_income
    UNION ALL
    SELECT document_type, delivery_id, line, made_at, signature_id, period, amount
    FROM f15_public_pension_payment
    UNION ALL
    SELECT document_type, delivery_id, line, made_at, signature_id, period, amount
    FROM f16_other_public_transfer
    UNION ALL
    SELECT document_type, delivery_id, line, made_at, signature_id, period, amount
    FROM f17_private_transfer_declared
    UNION ALL
    SELECT document_type, delivery_id, line, made_at, signature_id, period, base_amount
    FROM f19_insurance_contribution_base
    UNION ALL
    SELECT document_type, delivery_id, line, made_at, signature_id, period, amount
    FROM f35_benefit_payment
),
of_kind AS (
    SELECT
        stated.signature_id,
        kind.income_asset_code,
        kind.attribution = 'month' AS is_period_attributed,
        stated.document_type,
        stated.delivery_id,
        stated.line,
        stated.made_at,
        CAST(date_trunc('month', stated.stated_month) AS DATE) AS stated_month,
        stated.amount
    FROM stated
    CROSS JOIN knowledge
    INNER JOIN document_type ON document_type.code = stated.document_type
    INNER JOIN profile_kind AS kind ON kind.income_asset_code = document_type.income_asset_code
    WHERE kind.is_income
        AND stated.amount IS NOT NULL
        AND stated.stated_month IS NOT NULL
        AND (knowledge.known_at IS NULL OR stated.made_at <= knowledge.known_at)
),
newest_year AS (
    SELECT of_kind.document_type, max(extract(YEAR FROM of_kind.stated_month)) AS stated_year
    FROM of_kind
    CROSS JOIN night
    WHERE NOT of_kind.is_period_attributed
        AND extract(YEAR FROM of_kind.stated_month) < extract(YEAR FROM night.month)
    GROUP BY of_kind.document_type
)
SELECT
    person_index.person_id,
    of_kind.income_asset_code,
    CASE WHEN of_kind.is_period_attributed THEN of_kind.stated_month ELSE night.month END AS month,
    of_kind.document_type,
    of_kind.is_period_attributed,
    of_kind.amount,
    of_kind.stated_month,
    of_kind.made_at,
    of_kind.delivery_id,
    of_kind.line
FROM of_kind
CROSS JOIN night
INNER JOIN person_index ON person_index.signature_id = of_kind.signature_id
LEFT JOIN newest_year ON newest_year.document_type = of_kind.document_type
WHERE CASE
    WHEN of_kind.is_period_attributed
        THEN of_kind.stated_month <= night.month
        AND of_kind.stated_month >= CAST(night.month - INTERVAL '11' MONTH AS DATE)
    ELSE extract(YEAR FROM of_kind.stated_month) = newest_year.stated_year
END
ORDER BY person_index.person_id, of_kind.income_asset_code, month, of_kind.delivery_id, of_kind.line
