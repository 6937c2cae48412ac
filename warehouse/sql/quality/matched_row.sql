-- One row: a delivery that is in use, with how many of its rows name somebody and how many of those
-- belong to a person of the index.
-- Who is missing: deliveries none of whose rows is in use (replaced snapshots, stopped deliveries).
-- Which source wins: none. `named` holds the 40 family tables, one after the other.
WITH named AS (
{{rows}}
)
SELECT
    named.delivery_id,
    count(*) AS rows_named,
    count(known.signature_id) AS rows_matched
FROM named
LEFT JOIN (SELECT signature_id FROM person_index WHERE person_id IS NOT NULL) AS known
    ON known.signature_id = named.signature_id
GROUP BY named.delivery_id
ORDER BY named.delivery_id
