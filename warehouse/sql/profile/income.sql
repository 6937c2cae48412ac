-- One row: what one source reports as income of a person, of one kind, in one month (won a month).
-- Monthly sources keep the twelve months up to the night's month, each in the month it belongs to
-- (status 'known'). A yearly total stands in the night's month as a twelfth with status 'assumed':
-- an indication, never proof of what was earned in a month.
-- Who is missing: people without a record. Whether that means zero or unknown is decided in
-- profile_person, which knows which feeds arrived.
-- Which source wins: none here; overlapping sources are all listed (see income_of_month).
-- Reversal rows are negative and are added to what they reverse.
WITH stated AS (
    SELECT document_type, delivery_id, line, signature_id, period AS stated_month, gross_amount AS amount
    FROM f11_wage_income
    UNION ALL
    SELECT document_type, delivery_id, line, signature_id, period, gross_amount
    FROM f12_daily_wage_income
    UNION ALL
    SELECT document_type, delivery_id, line, signature_id,
        CAST(CAST(period AS VARCHAR) || '-12-01' AS DATE),
        coalesce(income_amount, revenue_amount - expense_amount, revenue_amount)
    FROM f13_business_income
    UNION ALL
    SELECT document_type, delivery_id, line, signature_id,
        CAST(CAST(period AS VARCHAR) || '-12-01' AS DATE), amount
    FROM f14_property_income
    UNION ALL
    SELECT document_type, delivery_id, line, signature_id, period, amount
    FROM f15_public_pension_payment
    UNION ALL
    SELECT document_type, delivery_id, line, signature_id, period, amount
    FROM f16_other_public_transfer
    UNION ALL
    SELECT document_type, delivery_id, line, signature_id, period, amount
    FROM f17_private_transfer_declared
    UNION ALL
    SELECT document_type, delivery_id, line, signature_id, period, base_amount
    FROM f19_insurance_contribution_base
    UNION ALL
    SELECT document_type, delivery_id, line, signature_id, period, amount
    FROM f35_benefit_payment
),
of_kind AS (
    SELECT
        person_index.person_id,
        kind.income_asset_code,
        kind.attribution,
        stated.document_type,
        stated.delivery_id,
        stated.line,
        CAST(date_trunc('month', stated.stated_month) AS DATE) AS stated_month,
        stated.amount
    FROM stated
    INNER JOIN document_type ON document_type.code = stated.document_type
    INNER JOIN profile_kind AS kind ON kind.income_asset_code = document_type.income_asset_code
    INNER JOIN person_index ON person_index.signature_id = stated.signature_id
    WHERE kind.is_income AND stated.amount IS NOT NULL AND stated.stated_month IS NOT NULL
),
newest_year AS (
    SELECT of_kind.document_type, max(extract(YEAR FROM of_kind.stated_month)) AS stated_year
    FROM of_kind
    CROSS JOIN night
    WHERE of_kind.attribution = 'year'
        AND extract(YEAR FROM of_kind.stated_month) < extract(YEAR FROM night.month)
    GROUP BY of_kind.document_type
),
in_window AS (
    SELECT of_kind.*, of_kind.stated_month AS month
    FROM of_kind
    CROSS JOIN night
    WHERE of_kind.attribution = 'month'
        AND of_kind.stated_month <= night.month
        AND of_kind.stated_month >= CAST(night.month - INTERVAL '11' MONTH AS DATE)
    UNION ALL
    SELECT of_kind.*, night.month
    FROM of_kind
    CROSS JOIN night
    INNER JOIN newest_year
        ON newest_year.document_type = of_kind.document_type
        AND newest_year.stated_year = extract(YEAR FROM of_kind.stated_month)
    WHERE of_kind.attribution = 'year'
),
added AS (
    SELECT
        person_id,
        income_asset_code,
        month,
        document_type,
        attribution,
        CAST(sum(amount) AS BIGINT) AS amount,
        max(stated_month) AS stated_month,
        min(delivery_id) AS delivery_id,
        min_by(line, struct_pack(delivery_id := delivery_id, line := line)) AS line,
        count(*) AS row_count
    FROM in_window
    GROUP BY person_id, income_asset_code, month, document_type, attribution
)
SELECT
    added.person_id,
    added.income_asset_code,
    added.month,
    CASE WHEN added.attribution = 'year' THEN added.amount // 12 ELSE added.amount END
        AS monthly_amount,
    CASE WHEN added.attribution = 'year' THEN 'assumed' ELSE 'known' END AS status,
    CASE WHEN added.attribution = 'year' THEN 'yearly_total_by_twelve' ELSE 'reported_month' END
        AS method,
    added.stated_month,
    added.document_type,
    added.delivery_id,
    added.line,
    added.row_count
FROM added
ORDER BY added.person_id, added.income_asset_code, added.month, added.document_type
