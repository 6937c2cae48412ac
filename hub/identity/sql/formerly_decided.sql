-- One row is an entity of which a record stood in a decision of a person last night. Missing:
-- everybody about whom nobody decided.
SELECT DISTINCT e.entity_id
FROM (SELECT unnest(["left", "right"]) AS record_id FROM old_decided_pair) AS p
JOIN all_record_description AS d ON d.record_id = p.record_id
JOIN all_entity_description AS e ON e.description_id = d.description_id
