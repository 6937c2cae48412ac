-- One row is a touched blocking key and its records: how many there are, whether the key now gives
-- more than {{pair_limit}} pairs, and whether it did before tonight. Missing: keys that were crowded
-- before and still are, and those that nobody has any longer.
SELECT
    rule,
    key_hash,
    records,
    registered,
    delta,
    records * (records - 1) / 2 - registered * (registered - 1) / 2 > {{pair_limit}} AS is_crowded,
    records_before * (records_before - 1) / 2
    - registered_before * (registered_before - 1) / 2 > {{pair_limit}} AS was_crowded
FROM (
    SELECT
        k.rule,
        k.key_hash,
        k.records,
        k.registered,
        t.delta,
        k.records - t.delta + t.gone AS records_before,
        k.registered - t.delta_registered + t.gone_registered AS registered_before
    FROM (
        SELECT
            rule,
            key_hash,
            count(*) AS records,
            count(*) FILTER (is_registered) AS registered
        FROM blocking_key
        GROUP BY rule, key_hash
    ) AS k
    JOIN touched_key AS t ON t.rule = k.rule AND t.key_hash = k.key_hash
)
