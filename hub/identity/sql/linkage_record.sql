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
        d.address_key,
        d.building_key,
        d.address_words
    FROM entity_description AS e
    JOIN description AS d ON d.description_id = e.description_id
    WHERE e.kind <> 'thin'
),

said AS (
    SELECT
        entity_id,
        bool_or(name_key IS NOT NULL) AS is_named,
        min(birth_digits) AS birth_digits,
        min(sex) AS sex,
        min(phone) AS phone,
        min(email) AS email,
        min(number) AS number,
        min(middle_key) AS middle_key,
        -- Most entities say one thing, and need no count of what they say most often.
        min(birth_digits) <> max(birth_digits)
        OR min(sex) <> max(sex)
        OR min(phone) <> max(phone)
        OR min(email) <> max(email)
        OR min(number) <> max(number)
        OR min(middle_key) <> max(middle_key) AS is_contradictory
    FROM described
    GROUP BY entity_id
    HAVING count(*) > 1
),

contradictory AS (
    SELECT d.*
    FROM described AS d
    SEMI JOIN (FROM said WHERE is_contradictory) AS s ON s.entity_id = d.entity_id
),

frequent AS (
    SELECT * EXCLUDE (is_named, is_contradictory) FROM said WHERE is_contradictory IS NOT true
    UNION ALL BY NAME
    SELECT
        entity_id,
        mode(birth_digits ORDER BY birth_digits) AS birth_digits,
        mode(sex ORDER BY sex) AS sex,
        mode(phone ORDER BY phone) AS phone,
        mode(email ORDER BY email) AS email,
        mode(number ORDER BY number) AS number,
        mode(middle_key ORDER BY middle_key) AS middle_key
    FROM contradictory
    GROUP BY entity_id
),

-- Addresses are long: who says the entity's address is found first, and what it is afterwards.
addressed AS (
    SELECT d.entity_id, d.address_key, d.building_key, d.address_words
    FROM described AS d
    SEMI JOIN (
        SELECT arg_max(d.description_id, (d.records, -d.description_id::HUGEINT)) AS description_id
        FROM described AS d
        SEMI JOIN said AS s ON s.entity_id = d.entity_id
        WHERE d.address_words IS NOT NULL
        GROUP BY d.entity_id
    ) AS f ON f.description_id = d.description_id
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
        if(d.address_words IS NULL, a.address_key, d.address_key) AS address_key,
        if(d.address_words IS NULL, a.building_key, d.building_key) AS building_key,
        if(d.address_words IS NULL, a.address_words, d.address_words) AS address_words,
        coalesce(d.phone, f.phone) AS phone,
        coalesce(d.email, f.email) AS email,
        coalesce(d.number, f.number) AS number
    FROM described AS d
    LEFT JOIN frequent AS f ON f.entity_id = d.entity_id
    LEFT JOIN addressed AS a ON a.entity_id = d.entity_id AND d.address_words IS NULL
    LEFT JOIN (FROM said WHERE is_named) AS n ON n.entity_id = d.entity_id
    -- A nameless description of an entity whose name is known adds nothing to compare.
    WHERE d.name_key IS NOT NULL OR n.entity_id IS NULL
)

SELECT
    hash(
        entity_id, kind, name_key, family_key, given_key, middle_key, birth_digits, sex,
        address_key, building_key, address_words, phone, email, number
    ) AS record_id,
    *
FROM (SELECT DISTINCT * FROM filled)
