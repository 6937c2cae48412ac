-- One row: what one source reports as income of a person, of one kind, in one month (won a month).
-- Monthly sources keep the twelve months up to the night's month, each in the month it belongs to
-- (status 'known'). A yearly total stands in the night's month as a twelfth with status 'assumed' and
-- is_period_attributed false: an indication, never proof of what was earned in a month.
-- Who is missing: people without a record. Whether that means zero or unknown is decided in
-- profile_person, which knows which feeds arrived.
-- Which source wins: none here; overlapping sources are all listed (see income_of_month).
WITH added AS (
    SELECT
        person_no,
        source_no,
        month,
        CAST(sum(amount) AS BIGINT) AS amount,
        max(stated_month) AS stated_month,
        max(made_at) AS received_at,
        -- The first row of the first delivery, as one number.
        min(delivery_no * 1099511627776 + line) AS first_row,
        count(*) AS row_count
    FROM income_item
    GROUP BY person_no, source_no, month
)
SELECT
    person_number.person_id,
    source.income_asset_code,
    added.month,
    CASE WHEN source.attribution = 'month' THEN added.amount ELSE added.amount // 12 END
        AS monthly_amount,
    CASE WHEN source.attribution = 'month' THEN 'known' ELSE 'assumed' END AS status,
    CASE WHEN source.attribution = 'month' THEN 'reported_month' ELSE 'yearly_total_by_twelve' END
        AS method,
    source.attribution = 'month' AS is_period_attributed,
    added.stated_month,
    added.received_at,
    source.document_type,
    source.delivery_id,
    added.first_row % 1099511627776 AS line,
    added.row_count
FROM added
INNER JOIN person_number ON person_number.person_no = added.person_no
INNER JOIN profile_source AS source
    ON source.delivery_no = added.first_row // 1099511627776
ORDER BY added.person_no, source.income_asset_code, added.month, source.document_type
