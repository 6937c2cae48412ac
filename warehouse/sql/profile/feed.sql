-- One row: a document type, and how fresh its newest landed delivery is on the night's date.
-- A feed whose newest delivery is not as usual (feed_guard) is 'stale' however fresh, and is_suspect.
-- Who is missing: nobody; a type that never arrived, or only after the day on which one knows, is here
-- with state 'missing'.
-- Which source wins: of several deliveries, the one with the latest period.
WITH landed AS (
    SELECT document_type, CAST(period AS VARCHAR) AS period
    FROM delivery
    CROSS JOIN knowledge
    WHERE delivery.is_effective AND delivery.state = 'landed'
        AND (knowledge.known_at IS NULL OR delivery.made_at <= knowledge.known_at)
),
dated AS (
    SELECT
        document_type,
        period,
        CAST(
            substr(period, 1, 4)
            || '-' || CASE WHEN length(period) >= 6 THEN substr(period, 5, 2) ELSE '01' END
            || '-' || CASE WHEN length(period) >= 8 THEN substr(period, 7, 2) ELSE '01' END
            AS DATE
        ) AS period_start
    FROM landed
),
newest AS (
    SELECT
        dated.document_type,
        max(dated.period_start) AS newest_period_start,
        max(dated.period) AS newest_period
    FROM dated
    CROSS JOIN night
    WHERE dated.period_start <= night.as_of
    GROUP BY dated.document_type
),
suspect AS (
    SELECT feed_guard.document_type
    FROM feed_guard
    CROSS JOIN knowledge
    INNER JOIN delivery ON delivery.delivery_id = feed_guard.delivery_id
    WHERE feed_guard.state = 'suspect'
        AND (knowledge.known_at IS NULL OR delivery.made_at <= knowledge.known_at)
)
SELECT
    document_type.code AS document_type,
    document_type.institution,
    document_type.income_asset_code,
    document_type.cycle,
    newest.newest_period_start,
    newest.newest_period,
    CASE
        WHEN newest.newest_period_start IS NULL THEN 'missing'
        WHEN suspect.document_type IS NOT NULL THEN 'stale'
        WHEN date_diff('day', newest.newest_period_start, night.as_of)
            > feed_limit.maximum_age_days THEN 'stale'
        ELSE 'current'
    END AS state,
    suspect.document_type IS NOT NULL AS is_suspect
FROM document_type
CROSS JOIN night
LEFT JOIN newest ON newest.document_type = document_type.code
LEFT JOIN suspect ON suspect.document_type = document_type.code
LEFT JOIN feed_limit ON feed_limit.cycle = CAST(document_type.cycle AS VARCHAR)
ORDER BY document_type.code
