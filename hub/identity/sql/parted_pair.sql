-- One row is a pair of linkage records in a block that has become crowded, that no open key brings
-- together any longer. Missing: pairs that still meet under another key.
FROM suspect_pair AS s
ANTI JOIN (
    SELECT l.record_id AS join_key_l, r.record_id AS join_key_r
    FROM suspect_key AS l
    JOIN suspect_key AS r ON r.rule = l.rule AND r.key_hash = l.key_hash AND l.record_id < r.record_id
) AS m ON m.join_key_l = s.join_key_l AND m.join_key_r = s.join_key_r
