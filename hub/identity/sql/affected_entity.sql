-- One row is an entity whose cluster tonight's changes may touch: it is new; it got or lost a pair
-- that can matter; a person decided about it; or it was in one component with one of these, with
-- somebody who is gone, or with the person whom records of a new entity belonged to. A pair that
-- comes has both its ends here, so nothing outside is connected with anything inside.
WITH near AS (
    SELECT entity_id FROM entity_description
    UNION
    SELECT unnest([entity_l, entity_r]) FROM added_pair_score
    WHERE match_weight >= {{floor}} OR stranger_weight >= {{join_weight}}
    UNION
    SELECT unnest([p.entity_l, p.entity_r])
    FROM added_pair_score AS p
    SEMI JOIN toggled_on_pair AS t ON t.join_key_l = p.record_l AND t.join_key_r = p.record_r
    UNION
    SELECT unnest([entity_l, entity_r]) FROM outdated_score WHERE is_toggled
    UNION
    SELECT unnest([entity_l, entity_r]) FROM decided_entity
    UNION
    SELECT entity_id FROM pinned_entity
    UNION
    SELECT entity_id FROM formerly_decided
),

component AS (
    SELECT DISTINCT component
    FROM old_entity_cluster
    WHERE
        component IS NOT NULL
        AND (
            entity_id IN (SELECT entity_id FROM near)
            OR entity_id IN (SELECT entity_id FROM redone_entity)
            OR person_id IN (SELECT person_id FROM recalled)
        )
)

SELECT entity_id FROM entity_description
UNION
SELECT o.entity_id FROM old_entity_cluster AS o
ANTI JOIN redone_entity AS r ON r.entity_id = o.entity_id
WHERE
    o.entity_id IN (SELECT entity_id FROM near)
    OR o.component IN (SELECT component FROM component)
