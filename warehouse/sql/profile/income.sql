-- One row: what one source reports as income of a person, of one kind, in one month (won a month).
-- Monthly sources keep the twelve months up to the night's month, each in the month it belongs to
-- (status 'known'). A yearly total stands in the night's month as a twelfth with status 'assumed' and
-- is_period_attributed false: an indication, never proof of what was earned in a month.
-- Who is missing: people without a record. Whether that means zero or unknown is decided in
-- profile_person, which knows which feeds arrived.
-- Which source wins: none here; overlapping sources are all listed (see income_of_month).
SELECT
    person_number.person_id,
    source.income_asset_code,
    total.month,
    CASE WHEN source.attribution = 'month' THEN total.amount ELSE total.amount // 12 END
        AS monthly_amount,
    source.status,
    source.method,
    source.attribution = 'month' AS is_period_attributed,
    total.stated_month,
    total.received_at,
    source.document_type,
    source.delivery_id,
    total.first_row % 1099511627776 AS line,
    total.row_count
FROM income_total AS total
INNER JOIN person_number ON person_number.person_no = total.person_no
INNER JOIN profile_source AS source
    ON source.delivery_no = total.first_row // 1099511627776
ORDER BY total.person_no, source.income_asset_code, total.month, source.document_type
