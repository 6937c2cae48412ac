-- One row: one record that tells of a person's figure, with the amount it states (won), when its sender
-- made it, how old it is, and whether it is used or why not.
--   use: used; lower_precedence (another report of the same money is believed); not_counted (listed
--   only); expired (too old to stand for the month); superseded (a newer state is known); disposed.
-- amount is what the record states: a month's amount, a year's total (is_period_attributed false) or
-- a value on a date. age_days: from the sender's stamp to the night; null where the stamp is later.
-- Who is missing: records of other months than the one that stands for the night's month.
-- Which source wins: income_of_month and asset_item decide; this table only shows it.
WITH standing AS (
    SELECT DISTINCT source_no, stated_month
    FROM income_report
),
evidence AS (
    SELECT
        report.person_no,
        report.figure,
        report.income_asset_code,
        item.amount,
        report.status,
        CASE
            WHEN report.is_used THEN 'used'
            WHEN report.figure = 'none' THEN 'not_counted'
            WHEN NOT report.is_valid THEN 'expired'
            ELSE 'lower_precedence'
        END AS use,
        report.is_period_attributed,
        item.stated_month AS stated_on,
        item.made_at AS received_at,
        item.delivery_no,
        item.line
    FROM income_item AS item
    INNER JOIN standing
        ON standing.source_no = item.source_no AND standing.stated_month = item.stated_month
    INNER JOIN income_report AS report
        ON report.person_no = item.person_no
        AND report.source_no = item.source_no
        AND report.stated_month = item.stated_month
    UNION ALL
    SELECT
        person_no,
        figure,
        income_asset_code,
        amount,
        status,
        use,
        status = 'known',
        CAST(NULL AS DATE),
        received_at,
        delivery_no,
        line
    FROM asset_record
)
SELECT
    person_number.person_id,
    night.month,
    evidence.figure,
    evidence.income_asset_code,
    evidence.amount,
    evidence.status,
    evidence.use,
    evidence.is_period_attributed,
    evidence.stated_on,
    evidence.received_at,
    CASE
        WHEN CAST(evidence.received_at AS DATE) <= night.as_of
            THEN date_diff('day', CAST(evidence.received_at AS DATE), night.as_of)
    END AS age_days,
    source.document_type,
    source.delivery_id,
    evidence.line
FROM evidence
CROSS JOIN night
INNER JOIN person_number ON person_number.person_no = evidence.person_no
INNER JOIN profile_source AS source ON source.delivery_no = evidence.delivery_no
ORDER BY
    evidence.person_no, evidence.income_asset_code, evidence.delivery_no, evidence.line
