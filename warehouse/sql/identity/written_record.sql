-- One row is a record that must be described tonight, as it was written. Birth dates before 1880 or
-- after the night count as none. Missing: records that an earlier night has described.
SELECT
    s.record_id,
    any_value(c.is_register) AS is_register,
    any_value(w.national_id_token)::VARCHAR AS number,
    any_value(w.full_name) AS full_name,
    any_value(CASE
        WHEN w.birth_date BETWEEN DATE '1880-01-01' AND n.as_of
            THEN strftime(w.birth_date, '%Y%m%d')
    END) AS birth_digits,
    any_value(CASE WHEN w.sex IN ('male', 'female') THEN w.sex END) AS sex,
    any_value(w.address) AS address,
    any_value(w.phone) AS phone
FROM signature_record AS s
JOIN missing_record AS m ON m.record_id = s.record_id
JOIN current_record AS c ON c.record_id = s.record_id
JOIN signature AS w ON w.signature_id = s.signature_id
CROSS JOIN night AS n
GROUP BY s.record_id
ORDER BY s.record_id
