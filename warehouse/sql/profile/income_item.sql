-- One row: one record of a person's income, of a month of the twelve up to the night's month, or of the
-- newest year before the night's (won, as the source states it: a month's or a year's). A view.
-- month is the month for which the record may stand: the one it names, or the night's month for a
-- yearly total (attribution 'year'). people and deliveries by number (person_number, profile_source).
-- Who is missing: people without a record; records that arrived after the day on which one knows.
-- Which source wins: none here; of yearly totals only the newest year of each source is kept.
-- Reversal rows are negative and are added to what they reverse.
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
),
of_source AS (
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
),
newest_year AS (
    SELECT of_source.source_no, max(extract(YEAR FROM of_source.stated_month)) AS stated_year
    FROM of_source
    CROSS JOIN night
    WHERE of_source.attribution = 'year'
        AND extract(YEAR FROM of_source.stated_month) < extract(YEAR FROM night.month)
    GROUP BY of_source.source_no
)
SELECT
    signature_person.person_no,
    of_source.source_no,
    of_source.delivery_no,
    CASE WHEN of_source.attribution = 'month' THEN of_source.stated_month ELSE night.month END
        AS month,
    of_source.amount,
    of_source.stated_month,
    of_source.made_at,
    of_source.line
FROM of_source
CROSS JOIN night
INNER JOIN signature_person ON signature_person.signature_id = of_source.signature_id
LEFT JOIN newest_year ON newest_year.source_no = of_source.source_no
WHERE CASE
    WHEN of_source.attribution = 'month'
        THEN of_source.stated_month <= night.month
        AND of_source.stated_month >= CAST(night.month - INTERVAL '11' MONTH AS DATE)
    ELSE extract(YEAR FROM of_source.stated_month) = newest_year.stated_year
END
