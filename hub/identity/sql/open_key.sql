-- One row is a blocking key with how many records of which kind it has, and so how many pairs it
-- would give. Missing: keys that only one record has, and keys of registered people alone, who are
-- never compared with one another.
SELECT
    rule,
    key_hash,
    count(*) AS records,
    count(*) FILTER (is_registered) AS registered
FROM blocking_key
GROUP BY rule, key_hash
HAVING count(*) > 1 AND count(*) > count(*) FILTER (is_registered)
