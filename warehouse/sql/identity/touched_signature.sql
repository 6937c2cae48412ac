-- One row is a new signature, or one of somebody whose cluster was resolved tonight, with its record.
-- Missing: signatures whose row of person_index is what it was.
SELECT s.signature_id, s.record_id
FROM signature_record AS s
SEMI JOIN (
    SELECT d.record_id
    FROM all_record_description AS d
    SEMI JOIN (
        SELECT e.description_id FROM all_entity_description AS e
        SEMI JOIN added_entity_cluster AS c ON c.entity_id = e.entity_id
    ) AS e ON e.description_id = d.description_id
) AS d ON d.record_id = s.record_id
UNION
SELECT s.signature_id, s.record_id
FROM signature_record AS s
SEMI JOIN named_signature AS n ON n.signature_id = s.signature_id
