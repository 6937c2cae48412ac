-- One row: a source of income, and of what it tells the newest: stated_year, of yearly totals, the newest
-- year before the night's; newest_month, the newest month for which a record of it may stand (as
-- income_item has it). Kept for the night's work only.
-- Who is missing: sources without a record of the twelve months up to the night's month or, of yearly
-- totals, of a year before the night's. Which source wins: none.
SELECT
    record.source_no,
    max(CASE WHEN record.attribution = 'year' THEN extract(YEAR FROM record.stated_month) END)
        AS stated_year,
    max(CASE WHEN record.attribution = 'month' THEN record.stated_month ELSE night.month END)
        AS newest_month
FROM income_record AS record
CROSS JOIN night
WHERE CASE
    WHEN record.attribution = 'month'
        THEN record.stated_month <= night.month
        AND record.stated_month >= CAST(night.month - INTERVAL '11' MONTH AS DATE)
    ELSE extract(YEAR FROM record.stated_month) < extract(YEAR FROM night.month)
END
GROUP BY record.source_no
