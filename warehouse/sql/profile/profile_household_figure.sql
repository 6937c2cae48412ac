-- One row: one figure of a registered household's profile that has a record of any member (won),
-- with the document types that it rests on.
-- Who is missing: figures without a record. Which source wins: see profile_figure.
SELECT
    total.household_id,
    total.figure,
    total.amount,
    CASE total.weakness
        WHEN 4 THEN 'conflict' WHEN 3 THEN 'assumed' WHEN 2 THEN 'stale' ELSE 'known'
    END AS status,
    source_list.sources
FROM household_figure_total AS total
INNER JOIN source_list ON source_list.source_bits = total.source_bits
ORDER BY total.household_id, total.figure
