-- One row is a blocking key of a record that will be compared under it. Missing: keys that only one
-- record has, and crowded keys, which are counted in dropped_block.
SELECT k.*
FROM blocking_key AS k
SEMI JOIN (
    FROM open_key AS o
    ANTI JOIN crowded_key AS c ON c.rule = o.rule AND c.key_hash = o.key_hash
) AS b ON b.rule = k.rule AND b.key_hash = k.key_hash
