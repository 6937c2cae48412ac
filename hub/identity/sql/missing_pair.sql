-- One row is a pair of linkage records whose entities are connected through others but were never
-- compared, so that a cluster is judged by all its pairs. Missing: components of more than
-- {{size_limit}} entities, whose pairs would be too many.
WITH component AS (
    SELECT node AS entity_id, component
    FROM linked_component
    QUALIFY count(*) OVER (PARTITION BY component) BETWEEN 3 AND {{size_limit}}
),

unscored AS (
    SELECT l.entity_id AS entity_l, r.entity_id AS entity_r
    FROM component AS l
    JOIN component AS r ON r.component = l.component AND l.entity_id < r.entity_id
    ANTI JOIN entity_pair AS p ON p.entity_l = l.entity_id AND p.entity_r = r.entity_id
)

SELECT
    'connected through others' AS match_key,
    least(l.record_id, r.record_id) AS join_key_l,
    greatest(l.record_id, r.record_id) AS join_key_r
FROM unscored AS u
JOIN {{records}} AS l ON l.entity_id = u.entity_l
JOIN {{records}} AS r ON r.entity_id = u.entity_r
WHERE NOT (l.kind = 'registered' AND r.kind = 'registered')
