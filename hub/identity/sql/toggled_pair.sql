-- One row is a pair of linkage records that stayed as they were, in a block that is crowded tonight
-- and was not so before (is_crowded), or the other way round. Missing: pairs that are never compared.
SELECT
    l.is_crowded,
    min(l.rule)::VARCHAR AS match_key,
    l.record_id AS join_key_l,
    r.record_id AS join_key_r
FROM toggled_key AS l
JOIN toggled_key AS r ON r.rule = l.rule AND r.key_hash = l.key_hash AND l.record_id < r.record_id
WHERE NOT (l.is_registered AND r.is_registered) AND l.entity_id <> r.entity_id
GROUP BY 1, 3, 4
