-- One row: how many people were paid one programme in one month, and how much.
-- Who is missing: cells of fewer people than the smallest that may be told. Counts are rounded,
-- money to whole millions. Which source wins: see benefit_received.
SELECT
    benefit_received.programme_code,
    benefit_received.month,
    count(DISTINCT benefit_received.person_id) AS people,
    sum(benefit_received.amount) AS total_amount
FROM benefit_received
GROUP BY ALL
