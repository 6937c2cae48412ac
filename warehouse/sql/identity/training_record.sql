-- One row is a distinct description of somebody, for training the linkage model; at most 200,000,
-- those of the smallest signature IDs, which are spread evenly. Missing: signatures without a name
-- or without a birth date.
SELECT
    min(signature_id) AS record_id,
    script,
    family_key,
    given_key,
    name_key,
    given_sound,
    roman_key,
    name_letters,
    strftime(birth_date, '%Y%m%d') AS birth_digits,
    sex,
    address_key,
    building_key,
    phone
FROM standard_signature
WHERE name_key IS NOT NULL AND birth_date IS NOT NULL
GROUP BY ALL
ORDER BY record_id
LIMIT 200000
