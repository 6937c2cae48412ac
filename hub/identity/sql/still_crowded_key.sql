-- One row is a touched blocking key that would have given more than {{pair_limit}} pairs before
-- tonight and still would. Its records need not be looked at. Missing: all others.
SELECT rule, key_hash, records, registered
FROM (
    SELECT
        o.rule,
        o.key_hash,
        o.records + t.delta - t.gone AS records,
        o.registered + t.delta_registered - t.gone_registered AS registered
    FROM old_crowded_key AS o
    JOIN touched_key AS t ON t.rule = o.rule AND t.key_hash = o.key_hash
)
WHERE {{pairs}} > {{pair_limit}}
