-- One row: one figure of a person that has a record, its sources added: the base of profile_figure, which
-- says what the columns mean, with people by number. Kept for the night's work only.
-- source_bits: the sources that it rests on, each by its bit (profile_source); source_list has their names.
-- Who is missing: figures without a record. Which source wins: see profile_figure.
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
        source.source_bit
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
        source.source_bit
    FROM asset_total AS total
    INNER JOIN profile_source AS source
        ON source.delivery_no = total.first_row // 1099511627776
    WHERE source.figure <> 'none'
)
SELECT
    person_no,
    figure,
    CAST(sum(amount) AS BIGINT) AS amount,
    max(weakness) AS weakness,
    bool_and(is_period_attributed) AS is_period_attributed,
    min(received_at) AS oldest_received_at,
    bit_or(source_bit) AS source_bits
FROM used
GROUP BY person_no, figure
