-- One row is a record of somebody whose cluster was resolved tonight, with its person as person_index
-- says it. Missing: records whose row of person_index is what it was.
SELECT d.record_id, c.person_id, c.match_kind, c.match_weight
FROM added_entity_cluster AS c
JOIN all_entity_description AS e ON e.entity_id = c.entity_id
JOIN all_record_description AS d ON d.description_id = e.description_id
