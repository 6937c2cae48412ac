-- One row: a person's income of one kind in the night's month, and whether it is used or only listed.
-- Who is missing: people without a record in the newest month that the source reported.
-- Which source wins: of kinds that tell of the same money (profile_kind.overlap), the freshest
-- (known before stale before assumed), then the lowest rank. The others stay here with is_used false.
-- A monthly source whose newest month lies before the night's month is carried forward as 'stale'.
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
            WHEN feed.state = 'stale' THEN 'stale'
            WHEN income.month < night.month THEN 'stale'
            ELSE income.status
        END AS status,
        CASE
            WHEN income.month < night.month THEN 'carried_forward' ELSE income.method
        END AS method,
        income.stated_month,
        income.document_type,
        income.delivery_id,
        income.line,
        income.row_count,
        kind.figure,
        kind.overlap,
        kind.rank
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
                CASE status WHEN 'known' THEN 1 WHEN 'stale' THEN 2 ELSE 3 END,
                rank,
                income_asset_code,
                document_type
        ) AS place
    FROM current_row
)
SELECT
    person_id,
    income_asset_code,
    figure,
    overlap,
    monthly_amount,
    status,
    method,
    stated_month,
    document_type,
    delivery_id,
    line,
    row_count,
    figure <> 'none' AND place = 1 AS is_used
FROM ordered
ORDER BY person_id, income_asset_code, document_type
