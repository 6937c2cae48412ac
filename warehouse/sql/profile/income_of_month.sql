-- One row: a person's income of one kind in the night's month, and whether it is used or only listed.
-- age_months: how many months lie between what the report names (its month, or the end of its year)
-- and the night's month. A monthly source whose newest month lies before the night's month is carried
-- forward as 'stale', as long as it is valid. 'conflict': another known report of the same money and
-- month says something else (income_conflict has both).
-- Who is missing: people without a record in the newest month that the source reported.
-- Which source wins: of kinds that tell of the same money (profile_kind.overlap), the freshest
-- (known before stale before assumed), then the lowest rank. The others stay here with is_used false.
WITH newest AS (
    SELECT document_type, max(month) AS newest_month
    FROM income
    GROUP BY document_type
),
current_row AS (
    SELECT
        income.person_id,
        income.income_asset_code,
        income.monthly_amount,
        CASE
            WHEN feed.state = 'stale' OR income.month < night.month THEN 'stale'
            ELSE income.status
        END AS status,
        CASE WHEN income.month < night.month THEN 'carried_forward' ELSE income.method END AS method,
        income.is_period_attributed AND income.month = night.month AS is_period_attributed,
        income.stated_month,
        date_diff('month', income.stated_month, night.month) AS age_months,
        income.received_at,
        income.document_type,
        income.delivery_id,
        income.line,
        income.row_count,
        kind.figure,
        kind.overlap,
        kind.rank,
        kind.is_compared,
        kind.tolerance_amount,
        kind.tolerance_ppm,
        date_diff('month', income.stated_month, night.month) <= kind.validity_months AS is_valid
    FROM income
    CROSS JOIN night
    INNER JOIN newest
        ON newest.document_type = income.document_type AND newest.newest_month = income.month
    INNER JOIN profile_kind AS kind ON kind.income_asset_code = income.income_asset_code
    INNER JOIN feed ON feed.document_type = income.document_type
),
ordered AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY person_id, overlap
            ORDER BY
                is_valid DESC,
                CASE status WHEN 'known' THEN 1 WHEN 'stale' THEN 2 ELSE 3 END,
                rank,
                income_asset_code,
                document_type
        ) AS place,
        first_value(monthly_amount) OVER (
            PARTITION BY person_id, overlap
            ORDER BY
                is_compared AND status = 'known' DESC,
                rank,
                income_asset_code,
                document_type
        ) AS compared_amount
    FROM current_row
),
doubted AS (
    SELECT
        *,
        is_compared AND status = 'known'
        AND abs(monthly_amount - compared_amount) > tolerance_amount
        AND CAST(abs(monthly_amount - compared_amount) AS HUGEINT) * 1000000
        > CAST(abs(compared_amount) AS HUGEINT) * tolerance_ppm AS is_other
    FROM ordered
)
SELECT
    person_id,
    income_asset_code,
    figure,
    overlap,
    monthly_amount,
    CASE
        WHEN place = 1 AND is_valid AND is_compared AND status = 'known'
            AND bool_or(is_other) OVER (PARTITION BY person_id, overlap)
            THEN 'conflict'
        ELSE status
    END AS status,
    method,
    is_period_attributed,
    stated_month,
    age_months,
    received_at,
    document_type,
    delivery_id,
    line,
    row_count,
    is_valid,
    is_other AS is_contradicting,
    figure <> 'none' AND place = 1 AND is_valid AS is_used
FROM doubted
ORDER BY person_id, income_asset_code, document_type
