-- One row: one figure of a person's profile (earned, general, debt, …) that has a record (won), with
-- the document types that it rests on.
-- status is the weakest of what was used: conflict, then assumed, then stale, then known.
-- is_period_attributed: all of it is stated for the night's month (income) or date (assets); no debt may
-- be claimed on a figure where it is not.
-- Who is missing: figures without a record; profile_person tells zero from unknown.
-- Which source wins: for income see income_of_month; assets of all kinds are added.
WITH used AS (
    SELECT
        report.person_no,
        report.figure,
        report.monthly_amount AS amount,
        CASE report.status
            WHEN 'conflict' THEN 4 WHEN 'assumed' THEN 3 WHEN 'stale' THEN 2 ELSE 1
        END AS weakness,
        report.is_period_attributed,
        report.received_at,
        source.document_type
    FROM income_report AS report
    INNER JOIN profile_source AS source ON source.delivery_no = report.delivery_no
    WHERE report.is_used
    UNION ALL
    SELECT
        total.person_no,
        source.figure,
        total.amount,
        CASE total.status WHEN 'stale' THEN 2 ELSE 1 END,
        total.status = 'known',
        total.received_at,
        source.document_type
    FROM asset_total AS total
    INNER JOIN profile_source AS source
        ON source.delivery_no = total.first_row // 1099511627776
    WHERE source.figure <> 'none'
),
-- A source reports one kind, so that it comes once for a person and figure.
added AS (
    SELECT
        person_no,
        figure,
        CAST(sum(amount) AS BIGINT) AS amount,
        max(weakness) AS weakness,
        bool_and(is_period_attributed) AS is_period_attributed,
        min(received_at) AS oldest_received_at,
        list_sort(array_agg(document_type)) AS sources
    FROM used
    GROUP BY person_no, figure
)
SELECT
    person_number.person_id,
    added.figure,
    added.amount,
    added.weakness,
    CASE added.weakness
        WHEN 4 THEN 'conflict' WHEN 3 THEN 'assumed' WHEN 2 THEN 'stale' ELSE 'known'
    END AS status,
    added.is_period_attributed,
    added.oldest_received_at,
    added.sources
FROM added
INNER JOIN person_number ON person_number.person_no = added.person_no
ORDER BY added.person_no, added.figure
