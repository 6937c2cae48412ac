-- One row: a document type, and whether its newest delivery is like the eight before it. state:
-- 'usual', 'suspect' (reason: 'rows', 'nulls', 'overdue'; the first that holds), 'unknown' where fewer
-- than eight like deliveries came before.
-- rows: the accepted rows lie below the band of the like deliveries before, or, of a sender of its whole
-- state, above it (who sends changes may send many at once). nulls: a column is empty
-- more often than the band allows. overdue: nothing came for more than twice the usual time.
-- Like deliveries: of daily senders those of the same weekday, of others all. A band is the median ±
-- deviations × 1.4826 × the median deviation, never narrower than a share of the median and than
-- chance (four times the square root). What the same period a year before looked like is usual, too.
-- Who is missing: nobody; a type that never arrived is unknown.
-- Which source wins: of several deliveries, the one with the latest period; numbers are exact integers
-- but for the square root.
WITH landed AS (
    SELECT
        delivery.document_type,
        delivery.delivery_id,
        delivery.period,
        delivery.made_at,
        delivery.rows_accepted,
        document_type.cycle,
        document_type.mode,
        CAST(
            substr(delivery.period, 1, 4)
            || '-' || CASE WHEN length(delivery.period) >= 6 THEN substr(delivery.period, 5, 2) ELSE '01' END
            || '-' || CASE WHEN length(delivery.period) >= 8 THEN substr(delivery.period, 7, 2) ELSE '01' END
            AS DATE
        ) AS period_start
    FROM delivery
    INNER JOIN document_type ON document_type.code = delivery.document_type
    WHERE delivery.is_effective AND delivery.state = 'landed'
        AND delivery.rows_accepted IS NOT NULL
),
ordered AS (
    SELECT
        landed.*,
        row_number() OVER newest_first AS place,
        CASE
            WHEN landed.cycle IN ('daily', 'realtime') THEN dayofweek(landed.period_start)
            ELSE 0
        END AS likeness,
        date_diff(
            'day',
            CAST(lead(landed.made_at) OVER newest_first AS DATE),
            CAST(landed.made_at AS DATE)
        ) AS gap_days
    FROM landed
    CROSS JOIN night
    WHERE landed.period_start <= night.as_of
    WINDOW newest_first AS (
        PARTITION BY landed.document_type ORDER BY landed.period DESC, landed.delivery_id DESC
    )
),
newest AS (
    SELECT * FROM ordered WHERE place = 1
),
like_before AS (
    SELECT
        ordered.*,
        row_number() OVER (PARTITION BY ordered.document_type ORDER BY ordered.place) AS like_place
    FROM ordered
    INNER JOIN newest
        ON newest.document_type = ordered.document_type AND newest.likeness = ordered.likeness
    WHERE ordered.place > 1
),
preceding AS (
    SELECT like_before.*
    FROM like_before
    CROSS JOIN d45_setting AS setting
    WHERE like_before.like_place <= setting.preceding_deliveries
),
year_before AS (
    SELECT newest.document_type, max(ordered.delivery_id) AS delivery_id,
        max(ordered.rows_accepted) AS rows_accepted
    FROM newest
    INNER JOIN ordered
        ON ordered.document_type = newest.document_type
        AND ordered.cycle NOT IN ('daily', 'realtime', 'weekly')
        AND ordered.period_start = CAST(newest.period_start - INTERVAL '12' MONTH AS DATE)
    GROUP BY newest.document_type
),
rows_median AS (
    SELECT document_type, count(*) AS deliveries, median(rows_accepted) AS median_rows
    FROM preceding
    GROUP BY document_type
),
rows_deviation AS (
    SELECT
        preceding.document_type,
        median(abs(preceding.rows_accepted - rows_median.median_rows)) AS deviation_rows
    FROM preceding
    INNER JOIN rows_median ON rows_median.document_type = preceding.document_type
    GROUP BY preceding.document_type
),
rows_band AS (
    SELECT
        newest.document_type,
        newest.delivery_id,
        newest.rows_accepted,
        newest.mode,
        rows_median.deliveries,
        rows_median.median_rows,
        year_before.rows_accepted AS rows_year_before,
        greatest(
            setting.deviations * 1.4826 * rows_deviation.deviation_rows,
            rows_median.median_rows
            * CASE WHEN newest.mode = 'full' THEN setting.full_rows_ppm ELSE setting.other_rows_ppm END
            / 1000000,
            4 * sqrt(rows_median.median_rows)
        ) AS width_rows
    FROM newest
    CROSS JOIN d45_setting AS setting
    INNER JOIN rows_median ON rows_median.document_type = newest.document_type
    INNER JOIN rows_deviation ON rows_deviation.document_type = newest.document_type
    LEFT JOIN year_before ON year_before.document_type = newest.document_type
    WHERE rows_median.deliveries >= setting.preceding_deliveries
),
rows_judged AS (
    SELECT
        *,
        (rows_accepted < median_rows - width_rows OR mode = 'full' AND rows_accepted > median_rows + width_rows)
        AND (rows_year_before IS NULL OR abs(rows_accepted - rows_year_before) > width_rows)
            AS is_out
    FROM rows_band
),
null_share AS (
    SELECT
        measure.document_type,
        measure.delivery_id,
        measure.column_name,
        measure.value_count,
        measure.null_count * 1000000 // measure.value_count AS null_ppm
    FROM feed_measure AS measure
    CROSS JOIN d45_setting AS setting
    WHERE measure.value_count >= setting.least_rows
),
null_median AS (
    SELECT
        share.document_type,
        share.column_name,
        count(*) AS deliveries,
        median(share.null_ppm) AS median_ppm
    FROM preceding
    INNER JOIN null_share AS share ON share.delivery_id = preceding.delivery_id
    GROUP BY share.document_type, share.column_name
),
null_deviation AS (
    SELECT
        share.document_type,
        share.column_name,
        median(abs(share.null_ppm - null_median.median_ppm)) AS deviation_ppm
    FROM preceding
    INNER JOIN null_share AS share ON share.delivery_id = preceding.delivery_id
    INNER JOIN null_median
        ON null_median.document_type = share.document_type
        AND null_median.column_name = share.column_name
    GROUP BY share.document_type, share.column_name
),
null_judged AS (
    SELECT
        share.document_type,
        share.column_name,
        share.null_ppm,
        null_median.median_ppm,
        row_number() OVER (
            PARTITION BY share.document_type
            ORDER BY share.null_ppm - null_median.median_ppm DESC, share.column_name
        ) AS place
    FROM newest
    CROSS JOIN d45_setting AS setting
    INNER JOIN null_share AS share ON share.delivery_id = newest.delivery_id
    INNER JOIN null_median
        ON null_median.document_type = share.document_type
        AND null_median.column_name = share.column_name
        AND null_median.deliveries >= setting.preceding_deliveries
    INNER JOIN null_deviation
        ON null_deviation.document_type = share.document_type
        AND null_deviation.column_name = share.column_name
    LEFT JOIN year_before ON year_before.document_type = share.document_type
    LEFT JOIN null_share AS former
        ON former.delivery_id = year_before.delivery_id AND former.column_name = share.column_name
    WHERE share.null_ppm - null_median.median_ppm > greatest(
            setting.deviations * 1.4826 * null_deviation.deviation_ppm,
            setting.null_share_ppm,
            4000000 * sqrt(
                greatest(null_median.median_ppm, 1) * greatest(1000000 - null_median.median_ppm, 1)
                / 1000000 / 1000000 / share.value_count
            )
        )
        AND (former.null_ppm IS NULL OR share.null_ppm - former.null_ppm > setting.null_share_ppm)
),
gap AS (
    SELECT
        ordered.document_type,
        count(*) AS gaps,
        median(ordered.gap_days) AS median_days,
        max(ordered.gap_days) AS longest_days
    FROM ordered
    CROSS JOIN d45_setting AS setting
    WHERE ordered.gap_days IS NOT NULL AND ordered.place <= setting.preceding_deliveries
        AND ordered.cycle <> 'on_request'
    GROUP BY ordered.document_type
),
gap_judged AS (
    SELECT
        newest.document_type,
        CAST(newest.made_at AS DATE) AS last_made_on,
        gap.median_days
    FROM newest
    CROSS JOIN night
    CROSS JOIN d45_setting AS setting
    INNER JOIN gap
        ON gap.document_type = newest.document_type AND gap.gaps >= setting.preceding_deliveries
    WHERE date_diff('day', CAST(newest.made_at AS DATE), night.as_of)
        > greatest(2 * gap.median_days + setting.grace_days, gap.longest_days + setting.grace_days)
)
SELECT
    document_type.code AS document_type,
    newest.delivery_id,
    CASE
        WHEN rows_judged.is_out OR null_judged.document_type IS NOT NULL
            OR gap_judged.document_type IS NOT NULL THEN 'suspect'
        WHEN rows_judged.document_type IS NOT NULL THEN 'usual'
        ELSE 'unknown'
    END AS state,
    CASE
        WHEN rows_judged.is_out THEN 'rows'
        WHEN null_judged.document_type IS NOT NULL THEN 'nulls'
        WHEN gap_judged.document_type IS NOT NULL THEN 'overdue'
    END AS reason,
    CASE
        WHEN rows_judged.is_out
            THEN 'rows ' || CAST(rows_judged.rows_accepted AS VARCHAR)
            || '; usual ' || CAST(CAST(greatest(rows_judged.median_rows - rows_judged.width_rows, 0) AS BIGINT) AS VARCHAR)
            || ' to ' || CAST(CAST(rows_judged.median_rows + rows_judged.width_rows AS BIGINT) AS VARCHAR)
        WHEN null_judged.document_type IS NOT NULL
            THEN 'column ' || null_judged.column_name
            || ' empty in ' || CAST(null_judged.null_ppm // 10000 AS VARCHAR)
            || ' %; usual ' || CAST(CAST(null_judged.median_ppm AS BIGINT) // 10000 AS VARCHAR) || ' %'
        WHEN gap_judged.document_type IS NOT NULL
            THEN 'last made ' || CAST(gap_judged.last_made_on AS VARCHAR)
            || '; usual every ' || CAST(CAST(gap_judged.median_days AS BIGINT) AS VARCHAR) || ' days'
    END AS detail,
    coalesce(rows_median.deliveries, 0) AS preceding_deliveries
FROM document_type
LEFT JOIN newest ON newest.document_type = document_type.code
LEFT JOIN rows_median ON rows_median.document_type = document_type.code
LEFT JOIN rows_judged ON rows_judged.document_type = document_type.code
LEFT JOIN null_judged ON null_judged.document_type = document_type.code AND null_judged.place = 1
LEFT JOIN gap_judged ON gap_judged.document_type = document_type.code
ORDER BY document_type.code
