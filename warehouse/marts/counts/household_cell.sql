-- One row: how many registered households of one size a province has.
-- Who is missing: cells of fewer households than the smallest that may be told. Counts are
-- rounded. Which source wins: see household.
SELECT
    least(household.size, 10) AS household_size,
    left(household.legal_dong_code, 2) AS province,
    count(*) AS people
FROM household
GROUP BY ALL
