-- One row is an entity whose cluster tonight's changes may touch at once: it is new, one of its
-- descriptions is compared anew, or it lost a pair; everybody about whom a person decided; everybody
-- who was one person with somebody who is gone. Missing: those reached only over others.
WITH near AS (
    SELECT entity_id FROM entity_description
    UNION
    SELECT r.entity_id FROM all_linkage_record AS r
    SEMI JOIN compared_record AS c ON c.record_id = r.record_id
    UNION
    SELECT unnest([entity_l, entity_r]) FROM outdated_score
    UNION
    SELECT unnest([entity_l, entity_r]) FROM decided_entity
    UNION
    SELECT entity_id FROM pinned_entity
    UNION
    -- Nobody else need have been compared with an entity that is gone: people may have joined them.
    SELECT t.entity_id
    FROM together AS t
    JOIN old_entity_cluster AS o ON o.person_id = t.person_id
    SEMI JOIN redone_entity AS r ON r.entity_id = o.entity_id
    UNION
    SELECT unnest([l.entity_id, r.entity_id])
    FROM old_decided_pair AS p
    JOIN all_record_description AS dl ON dl.record_id = p."left"
    JOIN all_entity_description AS l ON l.description_id = dl.description_id
    JOIN all_record_description AS dr ON dr.record_id = p."right"
    JOIN all_entity_description AS r ON r.description_id = dr.description_id
)

SELECT DISTINCT e.entity_id
FROM all_entity_description AS e
SEMI JOIN near AS n ON n.entity_id = e.entity_id
