-- One row is a signature's birth date and sex as far as they can be believed, and whether a register
-- says it. Birth dates before 1880 or after the night count as none. Nobody is missing.
SELECT
    s.signature_id,
    CASE WHEN s.birth_date BETWEEN DATE '1880-01-01' AND n.as_of THEN s.birth_date END AS birth_date,
    CASE WHEN s.sex IN ('male', 'female') THEN s.sex END AS sex,
    coalesce(s.row_count, 1) AS row_count,
    r.signature_id IS NOT NULL AS is_register
FROM signature AS s
LEFT JOIN register_signature AS r ON r.signature_id = s.signature_id
CROSS JOIN night AS n
