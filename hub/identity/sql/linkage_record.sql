-- One row is what the linkage model compares: a distinct way in which an entity is described. What
-- one description lacks is filled from the entity's most frequent value, so that each row carries
-- all that is known. Missing: thin entities.
WITH described AS (
    SELECT
        e.entity_id,
        e.kind,
        d.description_id,
        d.records,
        d.script,
        d.family_key,
        d.given_key,
        d.middle_key,
        d.nickname_key,
        d.name_key,
        d.given_sound,
        d.roman_key,
        d.name_letters,
        d.family_letters,
        d.given_letters,
        d.birth_digits,
        d.sex,
        d.phone,
        d.email,
        e.believed_number AS number,
        CASE WHEN d.address_words IS NOT NULL
            THEN {'address_key': d.address_key, 'building_key': d.building_key, 'address_words': d.address_words}
        END AS address
    FROM entity_description AS e
    JOIN description AS d ON d.description_id = e.description_id
    WHERE e.kind <> 'thin'
),

several AS (
    SELECT entity_id FROM described GROUP BY entity_id HAVING count(*) > 1
),

frequent AS (
    SELECT
        d.entity_id,
        mode(d.birth_digits ORDER BY d.birth_digits) AS birth_digits,
        mode(d.sex ORDER BY d.sex) AS sex,
        mode(d.phone ORDER BY d.phone) AS phone,
        mode(d.email ORDER BY d.email) AS email,
        mode(d.number ORDER BY d.number) AS number,
        mode(d.middle_key ORDER BY d.middle_key) AS middle_key,
        arg_max(d.address, (d.records, -d.description_id::HUGEINT)) AS address
    FROM described AS d
    JOIN several AS s ON s.entity_id = d.entity_id
    GROUP BY d.entity_id
),

filled AS (
    SELECT
        d.entity_id,
        d.kind,
        d.script,
        d.family_key,
        d.given_key,
        coalesce(d.middle_key, f.middle_key) AS middle_key,
        d.nickname_key,
        d.name_key,
        d.given_sound,
        d.roman_key,
        d.name_letters,
        d.family_letters,
        d.given_letters,
        coalesce(d.birth_digits, f.birth_digits) AS birth_digits,
        coalesce(d.sex, f.sex) AS sex,
        coalesce(d.phone, f.phone) AS phone,
        coalesce(d.email, f.email) AS email,
        coalesce(d.number, f.number) AS number,
        coalesce(d.address, f.address) AS address
    FROM described AS d
    LEFT JOIN frequent AS f ON f.entity_id = d.entity_id
    -- A nameless description of an entity whose name is known adds nothing to compare.
    QUALIFY
        d.name_key IS NOT NULL
        OR NOT bool_or(d.name_key IS NOT NULL) OVER (PARTITION BY d.entity_id)
)

SELECT DISTINCT
    hash(entity_id, kind, name_key, family_key, given_key, middle_key, birth_digits, sex, address, phone, email, number)
        AS record_id,
    entity_id,
    kind,
    script,
    family_key,
    given_key,
    middle_key,
    nickname_key,
    name_key,
    given_sound,
    roman_key,
    name_letters,
    family_letters,
    given_letters,
    birth_digits,
    sex,
    address.address_key AS address_key,
    address.building_key AS building_key,
    address.address_words AS address_words,
    phone,
    email,
    number
FROM filled
