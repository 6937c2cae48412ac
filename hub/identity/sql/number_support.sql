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

reference AS (
    SELECT *, bool_or(is_register) OVER (PARTITION BY number) AS is_registered
    FROM variant
    QUALIFY
        is_register
        OR (
            NOT bool_or(is_register) OVER (PARTITION BY number)
            AND row_number() OVER (
                PARTITION BY number ORDER BY records DESC, first_description
            ) = 1
        )
),

supported AS (
    SELECT
        h.description_id,
        bool_or(
            h.name_key = r.name_key
            OR h.roman_key = r.roman_key
            OR (
                h.script = r.script
                AND jaro_winkler_similarity(h.name_letters, r.name_letters) >= {{name_similarity}}
                -- Relatives are alike by their family name alone, and relatives lend their numbers.
                AND (
                    h.family_key IS DISTINCT FROM r.family_key
                    OR h.given_letters IS NULL
                    OR r.given_letters IS NULL
                    OR h.nickname_key = r.nickname_key
                    OR left(h.given_letters, 1) = left(r.given_letters, 1) AND least(length(h.given_letters), length(r.given_letters)) = 1
                    OR jaro_winkler_similarity(h.given_letters, r.given_letters) >= {{given_similarity}}
                )
            )
        ) AS by_name,
        bool_or(
            h.birth_digits = r.birth_digits
            AND (
                h.family_key = r.family_key
                OR h.family_key IS NULL
                OR r.family_key IS NULL
                OR h.nickname_key = r.nickname_key
                OR h.script <> r.script
            )
        ) AS by_birth_date
    FROM holder AS h
    JOIN reference AS r ON r.number = h.number
    GROUP BY h.description_id
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
