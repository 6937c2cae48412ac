-- One row is a blocking rule and what of it was not compared tonight, because a key would have given
-- too many pairs: the number of keys, of linkage records under them, and of pairs. rule is named by
-- the mistake that it survives. Missing: rules of which every key was compared. The keys themselves
-- are personal data and are not kept.
SELECT n.name AS rule, b.dropped_keys, b.records, b.pairs
FROM dropped_block_tonight AS b
JOIN blocking_rule AS n ON n.rule = b.rule
ORDER BY n.name
