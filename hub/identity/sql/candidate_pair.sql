-- One row is a pair of linkage records that the model will score, once, whichever rules found it; at
-- least one of the two is in the delta. Missing: pairs within an entity, pairs of two registered
-- people, and pairs that only too frequent keys would have brought together.
SELECT
    min(l.rule)::VARCHAR AS match_key,
    least(l.record_id, r.record_id) AS join_key_l,
    greatest(l.record_id, r.record_id) AS join_key_r
FROM {{keys}} AS l
JOIN {{keys}} AS r ON r.rule = l.rule AND r.key_hash = l.key_hash
WHERE
    l.is_delta
    AND (NOT r.is_delta OR l.record_id < r.record_id)
    AND NOT (l.is_registered AND r.is_registered)
    AND l.entity_id <> r.entity_id
GROUP BY 2, 3
