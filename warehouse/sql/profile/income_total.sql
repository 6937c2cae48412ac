-- One row: what one source reports as income of a person in one month, its records added (won, a month's
-- or a year's); the base of income and income_of_month. A view.
-- is_newest: the month is the newest that the source tells of anybody. first_row: the first row of the
-- first delivery, as one number: delivery_no * 2^40 + line.
-- Who is missing: people without a record. Which source wins: none.
WITH newest AS (
    SELECT source_no, max(month) AS month
    FROM income_item
    GROUP BY source_no
)
SELECT
    item.person_no,
    item.source_no,
    item.month,
    item.month = newest.month AS is_newest,
    CAST(sum(item.amount) AS BIGINT) AS amount,
    max(item.stated_month) AS stated_month,
    max(item.made_at) AS received_at,
    min(item.delivery_no * 1099511627776 + item.line) AS first_row,
    count(*) AS row_count
FROM income_item AS item
INNER JOIN newest ON newest.source_no = item.source_no
GROUP BY item.person_no, item.source_no, item.month, item.month = newest.month
