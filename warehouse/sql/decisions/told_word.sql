-- One row: a fact and what records say of it, and its number; kept for the night's work only, because
-- whole numbers are compared faster than words.
-- Who is missing: what nobody says tonight. Which source wins: none.
SELECT fact, said, CAST(row_number() OVER (ORDER BY fact, said) AS INTEGER) AS word_no
FROM (
    SELECT fact, said FROM fact_record
    UNION
    SELECT 'employment', 'student'
) AS used
