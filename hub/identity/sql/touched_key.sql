-- One row is a blocking key of a linkage record that came or went tonight, with how many came and
-- went. Missing: keys that have the records that they had.
SELECT
    rule,
    key_hash,
    count(*) FILTER (is_delta) AS delta,
    count(*) FILTER (is_delta AND is_registered) AS delta_registered,
    count(*) FILTER (NOT is_delta) AS gone,
    count(*) FILTER (NOT is_delta AND is_registered) AS gone_registered
FROM (
    SELECT k.rule, k.key_hash, o.is_registered, true AS is_delta
    FROM added_record_key AS k
    JOIN (FROM key_owner WHERE is_delta) AS o ON o.record_id = k.record_id
    UNION ALL
    SELECT k.rule, k.key_hash, o.is_registered, true AS is_delta
    FROM ({{near_keys}}) AS k
    JOIN (FROM key_owner WHERE is_delta) AS o ON o.number = k.number
    UNION ALL
    SELECT rule, key_hash, is_registered, false AS is_delta
    FROM ({{gone_keys}})
)
GROUP BY rule, key_hash
