-- One row is a pair of linkage records that the model will score, once, whichever rules found it:
-- a numbered record with an anchor's, or a loose record with any. Missing: pairs of anchors, pairs of
-- different unregistered numbers, pairs within an entity, and keys that would have given more than {{pair_limit}} pairs (counted
-- in dropped_block).
WITH block AS (
    SELECT rule, key
    FROM blocking_key
    GROUP BY rule, key
    HAVING count(*) FILTER (kind <> 'anchor') * count(*) <= {{pair_limit}}
)

SELECT min(l.rule) AS match_key, l.record_id AS join_key_l, r.record_id AS join_key_r
FROM block
JOIN blocking_key AS l USING (rule, key)
JOIN blocking_key AS r USING (rule, key)
WHERE
    l.entity_id <> r.entity_id
    AND (
        (l.kind = 'numbered' AND r.kind = 'anchor')
        OR (l.kind = 'loose' AND (r.kind <> 'loose' OR l.record_id < r.record_id))
    )
GROUP BY l.record_id, r.record_id
ORDER BY join_key_l, join_key_r
