-- One row is a decision of a person about two records, by the entities that they are in tonight.
-- Missing: decisions about records that are no longer there, or that are one entity anyway.
SELECT DISTINCT p.kind, l.entity_id AS entity_l, r.entity_id AS entity_r
FROM all_decided_pair AS p
JOIN all_record_description AS dl ON dl.record_id = p."left"
JOIN all_entity_description AS l ON l.description_id = dl.description_id
JOIN all_record_description AS dr ON dr.record_id = p."right"
JOIN all_entity_description AS r ON r.description_id = dr.description_id
WHERE l.entity_id <> r.entity_id
