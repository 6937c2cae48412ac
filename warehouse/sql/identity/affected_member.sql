-- One row is a record and the person that it was of last night, for everyone whose person may change
-- tonight. Missing: people whom nothing tonight touched.
WITH touched AS (
    SELECT o.person_id FROM old_entity_cluster AS o
    SEMI JOIN affected_entity AS a ON a.entity_id = o.entity_id
    UNION
    SELECT o.person_id FROM old_entity_cluster AS o
    SEMI JOIN redone_entity AS r ON r.entity_id = o.entity_id
)

SELECT d.record_id AS signature_id, c.person_id
FROM old_entity_cluster AS c
SEMI JOIN touched AS t ON t.person_id = c.person_id
JOIN old_entity_description AS e ON e.entity_id = c.entity_id
JOIN old_record_description AS d ON d.description_id = e.description_id
ORDER BY d.record_id
