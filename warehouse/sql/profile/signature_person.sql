-- One row: a signature and the place of its person (person_number); kept for the night's work only.
-- Who is missing: nobody of the person index. Which source wins: none.
SELECT person_index.signature_id, person_number.person_no
FROM person_index
INNER JOIN person_number ON person_number.person_id = person_index.person_id
