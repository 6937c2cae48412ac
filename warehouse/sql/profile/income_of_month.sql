-- One row: a person's income of one kind in the night's month, and whether it is used or only listed.
-- age_months: how many months lie between what the report names (its month, or the end of its year)
-- and the night's month. A monthly source whose newest month lies before the night's month is carried
-- forward as 'stale', as long as it is valid. 'conflict': another known report of the same money and
-- month says something else (income_conflict has both).
-- Who is missing: people without a record in the newest month that the source reported.
-- Which source wins: of kinds that tell of the same money (profile_kind.overlap), the freshest
-- (known before stale before assumed), then the lowest rank. The others stay here with is_used false.
SELECT
    person_number.person_id,
    report.income_asset_code,
    report.figure,
    report.overlap,
    report.monthly_amount,
    report.status,
    report.method,
    report.is_period_attributed,
    report.stated_month,
    report.age_months,
    report.received_at,
    source.document_type,
    source.delivery_id,
    report.line,
    report.row_count,
    report.is_valid,
    report.is_contradicting,
    report.is_used
FROM income_report AS report
INNER JOIN person_number ON person_number.person_no = report.person_no
INNER JOIN profile_source AS source ON source.delivery_no = report.delivery_no
ORDER BY report.person_no, report.income_asset_code, source.document_type
