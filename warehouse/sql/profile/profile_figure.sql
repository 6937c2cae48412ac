-- One row: one figure of a person's profile (earned, general, debt, …) that has a record (won), with
-- the document types that it rests on.
-- status is the weakest of what was used: conflict, then assumed, then stale, then known.
-- is_period_attributed: all of it is stated for the night's month (income) or date (assets); no debt may
-- be claimed on a figure where it is not.
-- Who is missing: figures without a record; profile_person tells zero from unknown.
-- Which source wins: for income see income_of_month; assets of all kinds are added.
SELECT
    person_number.person_id,
    total.figure,
    total.amount,
    total.weakness,
    CASE total.weakness
        WHEN 4 THEN 'conflict' WHEN 3 THEN 'assumed' WHEN 2 THEN 'stale' ELSE 'known'
    END AS status,
    total.is_period_attributed,
    total.oldest_received_at,
    source_list.sources
FROM figure_total AS total
INNER JOIN person_number ON person_number.person_no = total.person_no
INNER JOIN source_list ON source_list.source_bits = total.source_bits
ORDER BY total.person_no, total.figure
