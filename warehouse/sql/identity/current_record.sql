-- One row is a record of tonight, whether a register itself says it, and whether a person has set it
-- apart from another. Nobody is missing.
SELECT
    s.record_id,
    bool_or(r.signature_id IS NOT NULL) AS is_register,
    bool_or(p.record_id IS NOT NULL) AS is_separate
FROM signature_record AS s
LEFT JOIN register_signature AS r ON r.signature_id = s.signature_id
LEFT JOIN set_apart AS p ON p.record_id = s.record_id
GROUP BY s.record_id
