-- One row is a pair of linkage records that stayed as they were, in a block that is {{is_crowded}} a
-- crowded one tonight and was not so before (true), or the other way round (false). Missing: pairs
-- that are never compared.
SELECT
    min(l.rule)::VARCHAR AS match_key,
    l.record_id AS join_key_l,
    r.record_id AS join_key_r
FROM blocking_key AS l
JOIN blocking_key AS r ON r.rule = l.rule AND r.key_hash = l.key_hash AND l.record_id < r.record_id
SEMI JOIN (
    FROM touched_block WHERE is_crowded = {{is_crowded}} AND was_crowded <> {{is_crowded}}
) AS t ON t.rule = l.rule AND t.key_hash = l.key_hash
WHERE
    NOT l.is_delta
    AND NOT r.is_delta
    AND NOT (l.is_registered AND r.is_registered)
    AND l.entity_id <> r.entity_id
GROUP BY 2, 3
