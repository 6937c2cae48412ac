-- One row is a signature, for training the linkage model; at most 200,000, those of the smallest
-- signature IDs. Signatures of several institutions that say the same are kept apart: that they
-- agree is what is learnt. name_bearers is how many birth dates go with the name; is_representative
-- marks one signature of each number, of the registers' where there are any. Missing: signatures without a name or without a birth date.
SELECT
    signature_id AS record_id,
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
    phone,
    count(DISTINCT birth_date) OVER (PARTITION BY name_key) AS name_bearers,
    row_number() OVER (
        PARTITION BY national_id_token ORDER BY is_register DESC, signature_id
    ) = 1
    AND national_id_token IS NOT NULL
    AND (is_register OR NOT bool_or(is_register) OVER ()) AS is_representative
FROM standard_signature
WHERE name_key IS NOT NULL AND birth_date IS NOT NULL
ORDER BY record_id
LIMIT 200000
