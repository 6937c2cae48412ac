-- One row is a record that must be described tonight, as it was written. Birth dates before 1880 or
-- after the night count as none. Missing: records that an earlier night has described.
SELECT
    s.record_id,
    s.is_register,
    w.national_id_token::VARCHAR AS number,
    w.full_name,
    CASE
        WHEN w.birth_date BETWEEN DATE '1880-01-01' AND n.as_of
            THEN strftime(w.birth_date, '%Y%m%d')
    END AS birth_digits,
    CASE WHEN w.sex IN ('male', 'female') THEN w.sex END AS sex,
    w.address,
    w.phone
FROM signature AS w
-- The signatures of a record say the same: one of them is read.
JOIN (
    SELECT s.record_id, any_value(c.is_register) AS is_register, min(s.signature_id) AS signature_id
    FROM signature_record AS s
    JOIN missing_record AS m ON m.record_id = s.record_id
    JOIN current_record AS c ON c.record_id = s.record_id
    GROUP BY s.record_id
) AS s ON s.signature_id = w.signature_id
CROSS JOIN night AS n
