-- One row: what one source says of a person's things of one kind, its records added: the base of asset,
-- with people and deliveries by number. Kept for the night's work only.
-- first_row: the first row of the first delivery, as one number: delivery_no * 2^40 + line.
-- Who is missing: people without a record of the kind; records that add to nothing (superseded, disposed).
-- Which source wins: see asset_item.
SELECT
    person_no,
    source_no,
    CAST(sum(amount) AS BIGINT) AS amount,
    max(status) AS status,
    max(received_at) AS received_at,
    min(delivery_no * 1099511627776 + line) AS first_row,
    count(*) AS row_count
FROM asset_record
WHERE use IN ('used', 'not_counted')
GROUP BY person_no, source_no
