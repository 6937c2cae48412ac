-- One row: a person's assets or debts of one kind on the night's date (won; debts are positive, the
-- kind says that they are debts).
-- Who is missing: people without a record of the kind.
-- Which source wins: see asset_item; here things of one kind are added.
SELECT
    person_number.person_id,
    source.income_asset_code,
    total.amount,
    total.status,
    total.received_at,
    source.document_type,
    source.delivery_id,
    total.first_row % 1099511627776 AS line,
    total.row_count
FROM asset_total AS total
INNER JOIN person_number ON person_number.person_no = total.person_no
INNER JOIN profile_source AS source
    ON source.delivery_no = total.first_row // 1099511627776
ORDER BY total.person_no, source.income_asset_code, source.document_type
