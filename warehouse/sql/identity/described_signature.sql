-- One row is a record that must be described tonight, and the signature that is read for it: the
-- signatures of a record say the same. Missing: records that an earlier night has described.
SELECT
    s.record_id,
    any_value(c.is_register) AS is_register,
    min(s.signature_id) AS signature_id
FROM signature_record AS s
JOIN missing_record AS m ON m.record_id = s.record_id
JOIN current_record AS c ON c.record_id = s.record_id
GROUP BY s.record_id
