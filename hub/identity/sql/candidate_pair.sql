-- One row is a pair of linkage records that the model will score, once, whichever rules found it; at
-- least one of the two is in the delta. Missing: pairs within an entity, pairs of two registered
-- people, and keys that would have given more than {{pair_limit}} pairs (counted in dropped_block).
WITH block AS (
    SELECT rule, key_hash
    FROM open_key
    WHERE
        delta > 0
        AND records * (records - 1) / 2 - registered * (registered - 1) / 2 <= {{pair_limit}}
)

SELECT
    min(l.rule)::VARCHAR AS match_key,
    least(l.record_id, r.record_id) AS join_key_l,
    greatest(l.record_id, r.record_id) AS join_key_r
FROM block AS b
JOIN blocking_key AS l ON l.rule = b.rule AND l.key_hash = b.key_hash
JOIN blocking_key AS r ON r.rule = b.rule AND r.key_hash = b.key_hash
WHERE
    l.is_delta
    AND (NOT r.is_delta OR l.record_id < r.record_id)
    AND NOT (l.is_registered AND r.is_registered)
    AND l.entity_id <> r.entity_id
GROUP BY 2, 3
