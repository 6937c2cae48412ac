-- One row: a person's income of one source for the night's month, judged: the base of income_of_month,
-- which says what the columns mean, with people and deliveries by number. Kept for the night's work only.
-- Who is missing: people without a record in the newest month that the source reported.
-- Which source wins: see income_of_month.
WITH current_row AS (
    SELECT
        total.person_no,
        total.source_no,
        source.delivery_no,
        source.income_asset_code,
        source.figure,
        source.overlap,
        source.rank,
        CASE WHEN source.attribution = 'month' THEN total.amount ELSE total.amount // 12 END
            AS monthly_amount,
        CASE
            WHEN feed.state = 'stale' OR total.month < night.month THEN 'stale'
            ELSE source.status
        END AS status,
        CASE WHEN total.month < night.month THEN 'carried_forward' ELSE source.method END AS method,
        source.attribution = 'month' AND total.month = night.month AS is_period_attributed,
        total.stated_month,
        date_diff('month', total.stated_month, night.month) AS age_months,
        total.received_at,
        total.first_row % 1099511627776 AS line,
        total.row_count,
        source.is_compared,
        source.tolerance_amount,
        source.tolerance_ppm,
        date_diff('month', total.stated_month, night.month) <= source.validity_months AS is_valid
    FROM income_total AS total
    CROSS JOIN night
    INNER JOIN profile_source AS source
        ON source.delivery_no = total.first_row // 1099511627776
    INNER JOIN feed ON feed.document_type = source.document_type
    WHERE total.is_newest
),
-- One number a row orders the candidates. Each kind has one document type and each group one kind a
-- rank, so that no two rows of a person and group are equal.
keyed AS (
    SELECT
        *,
        CASE WHEN is_valid THEN 0 ELSE 100000 END
        + CASE status WHEN 'known' THEN 0 WHEN 'stale' THEN 10000 ELSE 20000 END
        + rank * 100 AS preference,
        is_compared AND status = 'known' AS may_contradict
    FROM current_row
),
best AS (
    SELECT
        person_no,
        overlap,
        min(preference) AS preference,
        arg_min(monthly_amount, preference) FILTER (WHERE may_contradict) AS compared_amount
    FROM keyed
    GROUP BY person_no, overlap
),
doubted AS (
    SELECT
        keyed.*,
        keyed.preference = best.preference AS is_best,
        keyed.may_contradict
        AND abs(keyed.monthly_amount - best.compared_amount) > keyed.tolerance_amount
        AND CAST(abs(keyed.monthly_amount - best.compared_amount) AS HUGEINT) * 1000000
        > CAST(abs(best.compared_amount) AS HUGEINT) * keyed.tolerance_ppm AS is_other
    FROM keyed
    INNER JOIN best ON best.person_no = keyed.person_no AND best.overlap = keyed.overlap
),
contradicted AS (
    SELECT DISTINCT person_no, overlap
    FROM doubted
    WHERE is_other
)
SELECT
    doubted.person_no,
    doubted.source_no,
    doubted.delivery_no,
    doubted.income_asset_code,
    doubted.figure,
    doubted.overlap,
    doubted.monthly_amount,
    CASE
        WHEN doubted.is_best AND doubted.is_valid AND doubted.may_contradict
            AND contradicted.person_no IS NOT NULL
            THEN 'conflict'
        ELSE doubted.status
    END AS status,
    doubted.method,
    doubted.is_period_attributed,
    doubted.stated_month,
    doubted.age_months,
    doubted.received_at,
    doubted.line,
    doubted.row_count,
    doubted.is_valid,
    doubted.is_other AS is_contradicting,
    doubted.figure <> 'none' AND doubted.is_best AND doubted.is_valid AS is_used
FROM doubted
LEFT JOIN contradicted
    ON contradicted.person_no = doubted.person_no AND contradicted.overlap = doubted.overlap
