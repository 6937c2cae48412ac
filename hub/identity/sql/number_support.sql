-- One row is a description with an ID number, and what supports that the number is its own:
-- 'name' (equal, equal when romanised, or Jaro-Winkler over the letters of at least
-- {{name_similarity}}, with one family name also over those of the given names of at least
-- {{given_similarity}}), 'birth_date' (equal, and a part of the name agrees or nothing contradicts:
-- a changed given name, a family name changed by marriage, another script), 'no_name' (nothing to
-- compare), else 'refused'; 'polluted' where more than {{people_limit}} different people use the
-- number and no register says whose it is. A birth date alone never overrules another name: it is
-- often read from the number itself. A register's descriptions win; without one, the name that
-- most records give. Missing: descriptions without a number, or set apart by a person.
WITH holder AS (
    SELECT * FROM description WHERE number IS NOT NULL AND NOT is_separate
),

variant AS (
    SELECT
        number,
        script,
        family_key,
        given_key,
        nickname_key,
        name_key,
        roman_key,
        name_letters,
        given_letters,
        birth_digits,
        bool_or(is_register) AS is_register,
        sum(records) AS records,
        min(description_id) AS first_description
    FROM holder
    WHERE name_key IS NOT NULL
    GROUP BY ALL
),

ranked AS (
    SELECT
        *,
        bool_or(is_register) OVER (PARTITION BY number) AS is_registered,
        row_number() OVER (PARTITION BY number ORDER BY records DESC, first_description) AS place
    FROM variant
),

reference AS (
    SELECT * FROM ranked WHERE is_register OR (NOT is_registered AND place = 1)
),

beside AS (
    SELECT
        h.description_id,
        h.script AS script_h,
        h.name_key AS name_key_h,
        h.roman_key AS roman_key_h,
        h.family_key AS family_key_h,
        h.nickname_key AS nickname_key_h,
        h.name_letters AS name_letters_h,
        h.given_letters AS given_letters_h,
        h.birth_digits AS birth_digits_h,
        r.script AS script_r,
        r.name_key AS name_key_r,
        r.roman_key AS roman_key_r,
        r.family_key AS family_key_r,
        r.nickname_key AS nickname_key_r,
        r.name_letters AS name_letters_r,
        r.given_letters AS given_letters_r,
        r.birth_digits AS birth_digits_r
    FROM holder AS h
    JOIN reference AS r ON r.number = h.number
),

agreeing AS (
    SELECT
        description_id,
        name_key_h = name_key_r
        OR roman_key_h = roman_key_r
        OR (
            script_h = script_r
            AND jaro_winkler_similarity(name_letters_h, name_letters_r) >= {{name_similarity}}
            -- Relatives are alike by their family name alone, and relatives lend their numbers.
            AND (
                family_key_h IS DISTINCT FROM family_key_r
                OR given_letters_h IS NULL
                OR given_letters_r IS NULL
                OR nickname_key_h = nickname_key_r
                OR left(given_letters_h, 1) = left(given_letters_r, 1) AND least(length(given_letters_h), length(given_letters_r)) = 1
                OR jaro_winkler_similarity(given_letters_h, given_letters_r) >= {{given_similarity}}
            )
        ) AS by_name,
        birth_digits_h = birth_digits_r
        AND (
            family_key_h = family_key_r
            OR family_key_h IS NULL
            OR family_key_r IS NULL
            OR nickname_key_h = nickname_key_r
            OR script_h <> script_r
        ) AS by_birth_date
    FROM beside
),

supported AS (
    SELECT description_id, bool_or(by_name) AS by_name, bool_or(by_birth_date) AS by_birth_date
    FROM agreeing
    GROUP BY description_id
),

birth AS (
    SELECT h.description_id, bool_and(h.birth_digits <> r.birth_digits) AS differs
    FROM holder AS h
    JOIN reference AS r ON r.number = h.number
    WHERE h.birth_digits IS NOT NULL AND r.birth_digits IS NOT NULL
    GROUP BY h.description_id
),

judged AS (
    SELECT
        h.description_id,
        h.number,
        h.is_register,
        h.name_key,
        h.birth_digits,
        CASE
            WHEN h.name_key IS NULL
                THEN if(coalesce(b.differs, false), 'refused', 'no_name')
            WHEN s.by_name THEN 'name'
            WHEN s.by_birth_date THEN 'birth_date'
            ELSE 'refused'
        END AS support
    FROM holder AS h
    LEFT JOIN supported AS s ON s.description_id = h.description_id
    LEFT JOIN birth AS b ON b.description_id = h.description_id
),

strangers AS (
    SELECT
        number,
        bool_or(is_register) AS is_registered,
        count(DISTINCT (coalesce(name_key, ''), coalesce(birth_digits, ''))) FILTER (support = 'refused') AS people
    FROM judged
    GROUP BY number
)

SELECT
    j.description_id,
    j.number,
    t.is_registered,
    CASE
        WHEN t.people + 1 > {{people_limit}} AND NOT j.is_register THEN 'polluted'
        ELSE j.support
    END AS support
FROM judged AS j
JOIN strangers AS t ON t.number = j.number
