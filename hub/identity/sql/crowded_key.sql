-- One row is a blocking key that would give more than {{pair_limit}} pairs, and is therefore not
-- used, with how many records of which kind it has. Missing: keys that are used.
SELECT rule, key_hash, records, registered
FROM open_key
WHERE {{pairs}} > {{pair_limit}}
