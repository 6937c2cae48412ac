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
        person_id,
        overlap,
        min(preference) AS preference,
        arg_min(monthly_amount, preference) FILTER (WHERE may_contradict) AS compared_amount
    FROM keyed
    GROUP BY person_id, overlap
),
ordered AS (
    SELECT
        keyed.*,
        keyed.preference = best.preference AS is_best,
        best.compared_amount
    FROM keyed
    INNER JOIN best ON best.person_id = keyed.person_id AND best.overlap = keyed.overlap
),
doubted AS (
    SELECT
        *,
        may_contradict
        AND abs(monthly_amount - compared_amount) > tolerance_amount
        AND CAST(abs(monthly_amount - compared_amount) AS HUGEINT) * 1000000
        > CAST(abs(compared_amount) AS HUGEINT) * tolerance_ppm AS is_other
    FROM ordered
),
contradicted AS (
    SELECT DISTINCT person_id, overlap
    FROM doubted
    WHERE is_other
)
SELECT
    doubted.person_id,
    doubted.income_asset_code,
    doubted.figure,
    doubted.overlap,
    doubted.monthly_amount,
    CASE
        WHEN doubted.is_best AND doubted.is_valid AND doubted.may_contradict
            AND contradicted.person_id IS NOT NULL
            THEN 'conflict'
        ELSE doubted.status
    END AS status,
    doubted.method,
    doubted.is_period_attributed,
    doubted.stated_month,
    doubted.age_months,
    doubted.received_at,
    doubted.document_type,
    doubted.delivery_id,
    doubted.line,
    doubted.row_count,
    doubted.is_valid,
    doubted.is_other AS is_contradicting,
    doubted.figure <> 'none' AND doubted.is_best AND doubted.is_valid AS is_used
FROM doubted
LEFT JOIN contradicted
    ON contradicted.person_id = doubted.person_id AND contradicted.overlap = doubted.overlap
ORDER BY doubted.person_id, doubted.income_asset_code, doubted.document_type
