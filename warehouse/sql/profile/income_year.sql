-- One row: a source of yearly totals, and the newest year before the night's that it tells of; kept for
-- the night's work only.
-- Who is missing: sources of monthly reports, and those without a year before the night's.
-- Which source wins: none.
SELECT record.source_no, max(extract(YEAR FROM record.stated_month)) AS stated_year
FROM income_record AS record
CROSS JOIN night
WHERE record.attribution = 'year'
    AND extract(YEAR FROM record.stated_month) < extract(YEAR FROM night.month)
GROUP BY record.source_no
