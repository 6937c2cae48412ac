-- One row is a linkage record, not registered, in a block whose number of pairs was at most
-- {{pair_limit}} before tonight's changes and is more now, or the other way round. The delta itself
-- and blocks that nobody's change touched are missing.
WITH sized AS (
    SELECT
        k.rule,
        k.key_hash,
        count(*) AS records,
        count(*) FILTER (k.is_registered) AS registered,
        count(*) FILTER (NOT k.is_delta) + coalesce(any_value(g.records), 0) AS records_before,
        count(*) FILTER (k.is_registered AND NOT k.is_delta)
        + coalesce(any_value(g.registered), 0) AS registered_before
    FROM blocking_key AS k
    LEFT JOIN gone_key AS g ON g.rule = k.rule AND g.key_hash = k.key_hash
    GROUP BY k.rule, k.key_hash
),

toggled AS (
    SELECT rule, key_hash
    FROM sized
    WHERE
        (records * (records - 1) / 2 - registered * (registered - 1) / 2 > {{pair_limit}})
        <> (
            records_before * (records_before - 1) / 2
            - registered_before * (registered_before - 1) / 2
            > {{pair_limit}}
        )
)

SELECT DISTINCT k.record_id
FROM blocking_key AS k
JOIN toggled AS t ON t.rule = k.rule AND t.key_hash = k.key_hash
WHERE NOT k.is_registered AND NOT k.is_delta
