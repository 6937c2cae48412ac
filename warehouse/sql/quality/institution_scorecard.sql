-- One row: an institution and a month, of the twelve months up to the night (scorecard_month): what it
-- should have sent and sent, how late, what was refused, corrected and missing in required columns,
-- whose rows could be matched to a person, which findings rest on its records, and in how many cases
-- people decided that it erred. Shares are in parts per million, null where nothing counts.
-- Who is missing: nobody; an institution that sent nothing has a row of zeros.
-- A month is the month of a delivery's period (of a yearly one December); of source errors the month
-- of the decision. A type is expected in a month once its sender began and its time to deliver is over
-- (expected_delivery); types that are sent on request are never expected.
-- Which source wins: none; deliveries that a correction replaced count as deliveries, not as rows.
WITH dated AS (
    SELECT
        delivery.delivery_id,
        delivery.document_type,
        delivery.institution,
        delivery.state,
        delivery.is_effective,
        delivery.made_at,
        delivery.period,
        delivery.sequence,
        delivery.rows_received,
        delivery.rows_quarantined,
        CAST(
            substr(delivery.period, 1, 4) || '-'
            || CASE WHEN length(delivery.period) >= 6 THEN substr(delivery.period, 5, 2) ELSE '12' END
            || '-01' AS DATE
        ) AS month,
        CAST(
            substr(delivery.period, 1, 4) || '-'
            || CASE WHEN length(delivery.period) >= 6 THEN substr(delivery.period, 5, 2) ELSE '12' END
            || '-'
            || CASE WHEN length(delivery.period) >= 8 THEN substr(delivery.period, 7, 2) ELSE '01' END
            AS DATE
        ) AS period_day,
        length(delivery.period) >= 8 AS is_day
    FROM delivery
),
began AS (
    SELECT min(CAST(date_trunc('month', made_at) AS DATE)) AS hub_month FROM dated
),
type_began AS (
    SELECT document_type, min(month) AS first_month FROM dated GROUP BY document_type
),
institution AS (
    SELECT institution, count(*) AS document_types
    FROM document_type
    GROUP BY institution
),
grid AS (
    SELECT scorecard_month.month, institution.institution, institution.document_types
    FROM scorecard_month
    CROSS JOIN institution
),
expected AS (
    SELECT scorecard_month.month, document_type.institution, document_type.code
    FROM document_type
    INNER JOIN expected_delivery ON expected_delivery.cycle = CAST(document_type.cycle AS VARCHAR)
    CROSS JOIN scorecard_month
    CROSS JOIN night
    CROSS JOIN began
    LEFT JOIN type_began ON type_began.document_type = document_type.code
    WHERE extract('month' FROM scorecard_month.month) % expected_delivery.every_months = 0
        AND scorecard_month.month >= coalesce(
            type_began.first_month, began.hub_month - INTERVAL 1 MONTH
        )
        AND scorecard_month.month + INTERVAL 1 MONTH
            + to_days(CAST(expected_delivery.days_to_deliver AS INTEGER)) <= night.as_of
),
expected_count AS (
    SELECT
        expected.month,
        expected.institution,
        count(*) AS types_expected,
        count(arrived.document_type) AS types_arrived
    FROM expected
    LEFT JOIN (
        SELECT DISTINCT document_type, month FROM dated WHERE state = 'landed'
    ) AS arrived
        ON arrived.document_type = expected.code AND arrived.month = expected.month
    GROUP BY expected.month, expected.institution
),
sent AS (
    SELECT
        dated.month,
        dated.institution,
        count(*) AS deliveries,
        sum(CASE WHEN dated.state = 'stopped' THEN 1 ELSE 0 END) AS deliveries_stopped,
        count(*) - count(DISTINCT concat_ws('|', dated.document_type, dated.period, dated.sequence))
            AS corrections,
        median(
            date_diff(
                'day',
                CASE
                    WHEN dated.is_day THEN dated.period_day
                    ELSE CAST(dated.month + INTERVAL 1 MONTH AS DATE)
                END,
                CAST(dated.made_at AS DATE)
            )
        ) AS median_days_late,
        sum(CASE WHEN dated.is_effective THEN dated.rows_received ELSE 0 END) AS rows_received,
        sum(CASE WHEN dated.is_effective THEN dated.rows_quarantined ELSE 0 END) AS rows_quarantined
    FROM dated
    GROUP BY dated.month, dated.institution
),
required AS (
    SELECT
        dated.month,
        dated.institution,
        sum(required_column.cells) AS required_cells,
        sum(required_column.cells_empty) AS required_cells_empty
    FROM required_column
    INNER JOIN dated ON dated.delivery_id = required_column.delivery_id
    GROUP BY dated.month, dated.institution
),
matched AS (
    SELECT
        dated.month,
        dated.institution,
        sum(matched_row.rows_named) AS rows_named,
        sum(matched_row.rows_matched) AS rows_matched
    FROM matched_row
    INNER JOIN dated ON dated.delivery_id = matched_row.delivery_id
    GROUP BY dated.month, dated.institution
),
stale AS (
    SELECT
        institution,
        sum(CASE WHEN state = 'stale' THEN 1 ELSE 0 END) AS feeds_stale,
        sum(CASE WHEN state = 'missing' THEN 1 ELSE 0 END) AS feeds_missing
    FROM feed
    GROUP BY institution
),
found AS (
    SELECT finding.period AS month, document_type.institution,
        count(DISTINCT finding.finding_id) AS findings
    FROM finding
    INNER JOIN finding_evidence ON finding_evidence.finding_id = finding.finding_id
    INNER JOIN document_type ON document_type.code = finding_evidence.document_type
    GROUP BY finding.period, document_type.institution
),
newest AS (
    SELECT max(month) AS month FROM scorecard_month
)
SELECT
    grid.month,
    grid.institution,
    grid.document_types,
    coalesce(expected_count.types_expected, 0) AS types_expected,
    coalesce(expected_count.types_arrived, 0) AS types_arrived,
    CASE WHEN expected_count.types_expected > 0
        THEN CAST(expected_count.types_arrived * 1000000 // expected_count.types_expected AS BIGINT)
    END AS completeness_ppm,
    CAST(sent.median_days_late AS DOUBLE) AS median_days_late,
    CASE WHEN grid.month = newest.month THEN CAST(coalesce(stale.feeds_stale, 0) AS BIGINT) END
        AS feeds_stale,
    CASE WHEN grid.month = newest.month THEN CAST(coalesce(stale.feeds_missing, 0) AS BIGINT) END
        AS feeds_missing,
    coalesce(sent.deliveries, 0) AS deliveries,
    CAST(coalesce(sent.deliveries_stopped, 0) AS BIGINT) AS deliveries_stopped,
    coalesce(sent.corrections, 0) AS corrections,
    CAST(coalesce(sent.rows_received, 0) AS BIGINT) AS rows_received,
    CAST(coalesce(sent.rows_quarantined, 0) AS BIGINT) AS rows_quarantined,
    CASE WHEN sent.rows_received > 0
        THEN CAST(sent.rows_quarantined * 1000000 // sent.rows_received AS BIGINT)
    END AS quarantine_ppm,
    CAST(coalesce(required.required_cells, 0) AS BIGINT) AS required_cells,
    CAST(coalesce(required.required_cells_empty, 0) AS BIGINT) AS required_cells_empty,
    CAST(coalesce(matched.rows_named, 0) AS BIGINT) AS rows_named,
    CAST(coalesce(matched.rows_matched, 0) AS BIGINT) AS rows_matched,
    CASE WHEN matched.rows_named > 0
        THEN CAST(matched.rows_matched * 1000000 // matched.rows_named AS BIGINT)
    END AS match_ppm,
    coalesce(found.findings, 0) AS findings,
    CAST(coalesce(source_error.source_errors, 0) AS BIGINT) AS source_errors
FROM grid
CROSS JOIN newest
LEFT JOIN expected_count
    ON expected_count.month = grid.month AND expected_count.institution = grid.institution
LEFT JOIN sent ON sent.month = grid.month AND sent.institution = grid.institution
LEFT JOIN required ON required.month = grid.month AND required.institution = grid.institution
LEFT JOIN matched ON matched.month = grid.month AND matched.institution = grid.institution
LEFT JOIN stale ON stale.institution = grid.institution
LEFT JOIN found ON found.month = grid.month AND found.institution = grid.institution
LEFT JOIN source_error
    ON source_error.month = grid.month AND source_error.institution = grid.institution
ORDER BY grid.month, grid.institution
