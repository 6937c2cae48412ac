-- One row is a blocking key of a record that will be compared under it. Missing: keys without a delta
-- record, and keys that would have given more than {{pair_limit}} pairs (counted in dropped_block).
SELECT k.*
FROM blocking_key AS k
SEMI JOIN (
    SELECT rule, key_hash
    FROM open_key
    WHERE
        delta > 0
        AND records * (records - 1) / 2 - registered * (registered - 1) / 2 <= {{pair_limit}}
) AS b ON b.rule = k.rule AND b.key_hash = k.key_hash
