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
FROM named_signature AS w
JOIN described_signature AS s ON s.signature_id = w.signature_id
CROSS JOIN night AS n
