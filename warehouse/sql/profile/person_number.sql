-- One row: a person of the index and their place in the order of person IDs; kept for the night's work
-- only, because whole numbers sort and join faster than IDs.
-- Who is missing: nobody of the person index. Which source wins: none.
SELECT
    CAST(row_number() OVER (ORDER BY person_id) AS INTEGER) AS person_no,
    person_id
FROM person
