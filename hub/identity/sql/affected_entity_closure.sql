-- One row is an affected entity, one step further: also those that a pair which can matter connects
-- with an affected one, and those that were one person with it.
WITH pair AS (
    SELECT entity_l, entity_r FROM all_pair_score
    WHERE match_weight >= {{floor}} OR stranger_weight >= {{join_weight}}
)

SELECT entity_id FROM affected_entity
UNION
SELECT p.entity_r FROM pair AS p JOIN affected_entity AS a ON a.entity_id = p.entity_l
UNION
SELECT p.entity_l FROM pair AS p JOIN affected_entity AS a ON a.entity_id = p.entity_r
UNION
SELECT o.entity_id
FROM together AS o
JOIN together AS t ON t.person_id = o.person_id
JOIN affected_entity AS a ON a.entity_id = t.entity_id
