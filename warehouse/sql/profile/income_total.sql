-- One row: what one source reports as income of a person in one month, its records added (won, a month's
-- or a year's); the base of income and income_of_month. A view.
-- is_newest: the month is the newest that the source tells of anybody, known here or not. first_row: the first row of the
-- first delivery, as one number: delivery_no * 2^40 + line.
-- Who is missing: people without a record. Which source wins: none.
-- Nearly every record is alone, and stands as it is: to add up all of them takes longer.
WITH dated AS (
    SELECT
        item.person_no,
        item.source_no,
        item.month,
        item.month = newest.newest_month AS is_newest,
        item.amount,
        item.stated_month,
        item.made_at,
        item.delivery_no * 1099511627776 + item.line AS row_place
    FROM income_item AS item
    INNER JOIN income_source_month AS newest ON newest.source_no = item.source_no
)
SELECT
    person_no,
    source_no,
    month,
    is_newest,
    amount,
    stated_month,
    made_at AS received_at,
    row_place AS first_row,
    CAST(1 AS BIGINT) AS row_count
FROM dated
ANTI JOIN income_repeated USING (person_no, source_no, month)
UNION ALL
SELECT
    person_no,
    source_no,
    month,
    is_newest,
    CAST(sum(amount) AS BIGINT),
    max(stated_month),
    max(made_at),
    min(row_place),
    count(*)
FROM dated
SEMI JOIN income_repeated USING (person_no, source_no, month)
GROUP BY person_no, source_no, month, is_newest
