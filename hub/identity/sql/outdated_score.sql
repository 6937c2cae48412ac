-- One row is a scored pair of the last night that is none tonight: one of its records is gone, or the
-- key that brought the two together has become crowded and no other one does. is_toggled tells the
-- second kind. Missing: pairs that stay.
SELECT o.record_l, o.record_r, o.entity_l, o.entity_r, false AS is_toggled
FROM old_pair_score AS o
WHERE
    o.record_l IN (SELECT record_id FROM gone_record)
    OR o.record_r IN (SELECT record_id FROM gone_record)
UNION ALL
SELECT o.record_l, o.record_r, o.entity_l, o.entity_r, true AS is_toggled
FROM old_pair_score AS o
SEMI JOIN parted_pair AS p ON p.join_key_l = o.record_l AND p.join_key_r = o.record_r
