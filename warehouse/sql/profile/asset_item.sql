-- One row: one record of a thing owned or owed by a person (won; debts are positive).
-- Shares are applied, so that a house of two owners counts half for each.
-- use: 'used', or why it adds to no figure: 'disposed' by the night's date, 'superseded' (see below),
-- 'not_counted' (a kind that is evidence only).
-- Who is missing: people without a record; things not yet held on the date; records that arrived after
-- the day on which one knows.
-- Which source wins: of a source that sends its whole state, only the newest period counts (for
-- answers on request, the newest about that person); of a source that sends changes, the newest row
-- about the thing.
SELECT
    person_number.person_id,
    record.income_asset_code,
    record.figure,
    record.item_key,
    record.amount,
    record.status,
    record.use,
    record.period,
    record.received_at,
    source.document_type,
    source.delivery_id,
    record.line
FROM asset_record AS record
INNER JOIN person_number ON person_number.person_no = record.person_no
INNER JOIN profile_source AS source ON source.delivery_no = record.delivery_no
ORDER BY record.person_no, record.income_asset_code, record.delivery_no, record.line
