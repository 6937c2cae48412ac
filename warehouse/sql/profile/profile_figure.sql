-- One row: one figure of a person's profile (earned, general, debt, …) that has a record (won), with
-- the document types that it rests on.
-- status is the weakest of what was used: conflict, then assumed, then stale, then known.
-- is_period_attributed: all of it is stated for the night's month (income) or date (assets); no debt may
-- be claimed on a figure where it is not.
-- Who is missing: figures without a record; profile_person tells zero from unknown.
-- Which source wins: for income see income_of_month; assets of all kinds are added.
WITH used AS (
    SELECT
        person_id, figure, monthly_amount AS amount, status, is_period_attributed, received_at,
        document_type
    FROM income_of_month
    WHERE is_used
    UNION ALL
    SELECT
        asset.person_id, kind.figure, asset.amount, asset.status, asset.status = 'known',
        asset.received_at, asset.document_type
    FROM asset
    INNER JOIN profile_kind AS kind ON kind.income_asset_code = asset.income_asset_code
    WHERE kind.figure <> 'none'
)
SELECT
    person_id,
    figure,
    CAST(sum(amount) AS BIGINT) AS amount,
    max(CASE status WHEN 'conflict' THEN 4 WHEN 'assumed' THEN 3 WHEN 'stale' THEN 2 ELSE 1 END)
        AS weakness,
    CASE max(CASE status WHEN 'conflict' THEN 4 WHEN 'assumed' THEN 3 WHEN 'stale' THEN 2 ELSE 1 END)
        WHEN 4 THEN 'conflict' WHEN 3 THEN 'assumed' WHEN 2 THEN 'stale' ELSE 'known'
    END AS status,
    bool_and(is_period_attributed) AS is_period_attributed,
    min(received_at) AS oldest_received_at,
    array_agg(DISTINCT document_type ORDER BY document_type) AS sources
FROM used
GROUP BY person_id, figure
ORDER BY person_id, figure
