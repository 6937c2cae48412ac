-- One row: a person, a source of income and a month of which the source has more than one record; kept
-- for the night's work only. They are few, and only their records need to be added (income_total).
-- Who is missing: people and months with one record of a source. Which source wins: none.
SELECT person_no, source_no, month
FROM income_item
GROUP BY person_no, source_no, month
HAVING count(*) > 1
