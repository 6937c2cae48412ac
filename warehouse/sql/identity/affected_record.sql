-- One row is a record whose person may change tonight, with its cluster. Missing: records that name
-- nobody, and those that nothing tonight touched.
SELECT d.record_id AS signature_id, c.cluster
FROM all_record_description AS d
JOIN all_entity_description AS e ON e.description_id = d.description_id
JOIN resolved AS c ON c.entity_id = e.entity_id
WHERE c.cluster IS NOT NULL
ORDER BY d.record_id
