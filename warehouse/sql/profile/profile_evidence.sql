-- One row: one record that tells of a person's figure, with the amount it states (won), when its sender
-- made it, how old it is, and whether it is used or why not.
--   use: used; lower_precedence (another report of the same money is believed); not_counted (listed
--   only); expired (too old to stand for the month); superseded (a newer state is known); disposed.
-- amount is what the record states: a month's amount, a year's total (is_period_attributed false) or
-- a value on a date. age_days: from the sender's stamp to the night; null where the stamp is later.
-- Who is missing: records of other months than the one that stands for the night's month.
-- Which source wins: income_of_month and asset_item decide; this table only shows it.
WITH standing AS (
    SELECT DISTINCT document_type, stated_month
    FROM income_of_month
),
income_evidence AS (
    SELECT
        used.person_id,
        used.figure,
        used.income_asset_code,
        income_item.amount,
        used.status,
        CASE
            WHEN used.is_used THEN 'used'
            WHEN used.figure = 'none' THEN 'not_counted'
            WHEN NOT used.is_valid THEN 'expired'
            ELSE 'lower_precedence'
        END AS use,
        used.is_period_attributed,
        income_item.stated_month AS stated_on,
        income_item.made_at AS received_at,
        source.document_type,
        source.delivery_id,
        income_item.line
    FROM income_item
    CROSS JOIN night
    INNER JOIN profile_source AS source ON source.delivery_no = income_item.delivery_no
    INNER JOIN standing
        ON standing.document_type = source.document_type
        AND standing.stated_month = income_item.stated_month
    INNER JOIN person_number ON person_number.person_no = income_item.person_no
    INNER JOIN income_of_month AS used
        ON used.person_id = person_number.person_id
        AND used.document_type = source.document_type
        AND used.stated_month = income_item.stated_month
),
asset_evidence AS (
    SELECT
        person_id,
        figure,
        income_asset_code,
        amount,
        status,
        use,
        status = 'known' AS is_period_attributed,
        CAST(NULL AS DATE) AS stated_on,
        received_at,
        document_type,
        delivery_id,
        line
    FROM asset_item
),
evidence AS (
    SELECT * FROM income_evidence
    UNION ALL
    SELECT * FROM asset_evidence
)
SELECT
    evidence.person_id,
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
    evidence.document_type,
    evidence.delivery_id,
    evidence.line
FROM evidence
CROSS JOIN night
ORDER BY
    evidence.person_id, evidence.income_asset_code, evidence.delivery_id, evidence.line
