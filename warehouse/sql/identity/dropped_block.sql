-- One row is a blocking rule and what of it was not compared, because a key would have given more
-- than {{pair_limit}} pairs: the number of keys, and of loose records under them. Missing: rules of
-- which every key was compared. The keys themselves are personal data and are not kept.
SELECT rule, count(*) AS dropped_keys, sum(loose)::BIGINT AS loose_records
FROM (
    SELECT rule, key, count(*) AS records, count(*) FILTER (kind <> 'anchor') AS loose
    FROM blocking_key
    GROUP BY rule, key
)
WHERE loose * records > {{pair_limit}}
GROUP BY rule
ORDER BY rule
