-- One row is an identity signature with its comparison keys (identity zone, never released).
-- Nobody is missing. Names that are masked or placeholders count as no name; birth dates that lie
-- after the night or before 1880 count as none.
WITH dialled AS (
    -- 82 is the country's own prefix.
    SELECT
        signature_id,
        regexp_replace(regexp_replace(phone, '[^0-9]', '', 'g'), '^82', '0') AS digits
    FROM signature
    WHERE phone IS NOT NULL
),

phone_number AS (
    -- Fewer than nine digits, or almost only one digit repeated, is no number.
    SELECT signature_id, digits AS phone
    FROM dialled
    WHERE
        length(digits) BETWEEN 9 AND 11
        AND length(replace(digits, right(digits, 1), '')) > 3
)

SELECT
    s.signature_id,
    s.national_id_token,
    n.script,
    n.family_key,
    n.given_key,
    n.name_key,
    n.given_sound,
    n.roman_key,
    n.name_letters,
    CASE
        WHEN s.birth_date BETWEEN DATE '1880-01-01' AND (SELECT as_of FROM night)
            THEN s.birth_date
    END AS birth_date,
    CASE WHEN s.sex IN ('male', 'female') THEN s.sex END AS sex,
    a.address_key,
    a.building_key,
    p.phone,
    coalesce(s.row_count, 1) AS row_count,
    r.signature_id IS NOT NULL AS is_register
FROM signature AS s
LEFT JOIN standard_name AS n ON n.full_name = s.full_name
LEFT JOIN standard_address AS a ON a.address = s.address
LEFT JOIN register_signature AS r ON r.signature_id = s.signature_id
LEFT JOIN phone_number AS p ON p.signature_id = s.signature_id
ORDER BY s.signature_id
