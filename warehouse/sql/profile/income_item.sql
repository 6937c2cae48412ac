-- One row: one record of a person's income, of a month of the twelve up to the night's month, or of the
-- newest year before the night's (won, as the source states it: a month's or a year's). Kept for the
-- night's work only.
-- month is the month for which the record may stand: the one it names, or the night's month for a
-- yearly total (attribution 'year'). people and deliveries by number (person_number, profile_source).
-- Who is missing: people without a record; records that arrived after the day on which one knows.
-- Which source wins: none here; of yearly totals only the newest year of each source is kept.
-- Reversal rows are negative and are added to what they reverse.
SELECT
    signature_person.person_no,
    record.source_no,
    record.delivery_no,
    CASE WHEN record.attribution = 'month' THEN record.stated_month ELSE night.month END AS month,
    record.amount,
    record.stated_month,
    record.made_at,
    record.line
FROM income_record AS record
CROSS JOIN night
INNER JOIN signature_person ON signature_person.signature_id = record.signature_id
INNER JOIN income_source_month ON income_source_month.source_no = record.source_no
WHERE CASE
    WHEN record.attribution = 'month'
        THEN record.stated_month <= night.month
        AND record.stated_month >= CAST(night.month - INTERVAL '11' MONTH AS DATE)
    ELSE extract(YEAR FROM record.stated_month) = income_source_month.stated_year
END
