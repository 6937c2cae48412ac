-- One row is a record of a description that was anchored tonight, and the person that it was before,
-- null for one who was nobody: a newcomer (is_new), or a record that was there and too thin. Missing:
-- records of descriptions that nothing tonight touched.
WITH anchored AS MATERIALIZED (
    SELECT e.description_id, d.record_id, d.is_register
    FROM entity_description AS e
    JOIN all_record_description AS d ON d.description_id = e.description_id
)

SELECT
    a.description_id,
    a.record_id,
    a.is_register,
    p.person_id,
    p.record_id IS NULL AS is_new
FROM anchored AS a
LEFT JOIN (
    SELECT m.record_id, m.person_id FROM previous_member AS m
    JOIN anchored AS a ON a.record_id = m.record_id
) AS p ON p.record_id = a.record_id
