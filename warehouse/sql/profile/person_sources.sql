-- One row: a person, and all sources with a record that speaks for the night's month or date, used or
-- not, each by its bit (profile_source). Kept for the night's work only.
-- Who is missing: people without such a record. Which source wins: none.
SELECT source_row.person_no, bit_or(source.source_bit) AS source_bits
FROM (
    SELECT person_no, delivery_no FROM income_report
    UNION ALL
    SELECT person_no, CAST(first_row // 1099511627776 AS INTEGER) FROM asset_total
) AS source_row
INNER JOIN profile_source AS source ON source.delivery_no = source_row.delivery_no
GROUP BY source_row.person_no
