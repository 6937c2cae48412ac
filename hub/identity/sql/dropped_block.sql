-- One row is a blocking rule and what of it was not compared tonight, because a key would have given
-- more than {{pair_limit}} pairs: the number of keys, of records under them, and of pairs. Missing:
-- rules of which every key was compared. The keys themselves are personal data and are not kept.
SELECT
    rule,
    count(*) AS dropped_keys,
    sum(records)::BIGINT AS records,
    sum(records * (records - 1) / 2 - registered * (registered - 1) / 2)::BIGINT AS pairs
FROM crowded_key
GROUP BY rule
ORDER BY rule
