-- One row is a signature with a national-ID token, and what supports that the number is its own:
-- 'name' (equal key, equal romanised key, or Jaro-Winkler over the letters of at least
-- {{name_similarity}}), 'birth_date' (equal, and the family name does not contradict it, as after
-- a change of given name or in another script), 'no_name' (nothing to compare), else 'refused';
-- 'polluted' where more than {{people_limit}} different people use the number and the register
-- does not say whose it is. A birth date alone never overrules another family name: it is mostly
-- read from the number itself. The register's own signatures win; without one, the name with most
-- rows. Missing: signatures without a token.
WITH holder AS (
    SELECT * FROM standard_signature WHERE national_id_token IS NOT NULL
),

variant AS (
    SELECT
        national_id_token,
        script,
        family_key,
        name_key,
        roman_key,
        name_letters,
        birth_date,
        bool_or(is_register) AS is_register,
        sum(row_count) AS row_count,
        min(signature_id) AS first_signature
    FROM holder
    WHERE name_key IS NOT NULL
    GROUP BY ALL
),

reference AS (
    SELECT *
    FROM variant
    QUALIFY
        is_register
        OR (
            NOT bool_or(is_register) OVER (PARTITION BY national_id_token)
            AND row_number() OVER (
                PARTITION BY national_id_token ORDER BY row_count DESC, first_signature
            ) = 1
        )
),

supported AS (
    SELECT
        h.signature_id,
        bool_or(
            h.name_key = r.name_key
            OR h.roman_key = r.roman_key
            OR (
                h.script = r.script
                AND jaro_winkler_similarity(h.name_letters, r.name_letters) >= {{name_similarity}}
            )
        ) AS by_name,
        bool_or(
            h.birth_date = r.birth_date
            AND (
                h.family_key = r.family_key
                OR h.family_key IS NULL
                OR r.family_key IS NULL
                OR h.script <> r.script
            )
        ) AS by_birth_date,
        bool_and(coalesce(h.birth_date <> r.birth_date, false)) AS birth_date_differs
    FROM holder AS h
    JOIN reference AS r USING (national_id_token)
    GROUP BY h.signature_id
),

judged AS (
    SELECT
        h.signature_id,
        h.national_id_token,
        h.is_register,
        h.name_key,
        h.birth_date,
        CASE
            WHEN h.name_key IS NULL
                THEN if(coalesce(s.birth_date_differs, false), 'refused', 'no_name')
            WHEN s.by_name THEN 'name'
            WHEN s.by_birth_date THEN 'birth_date'
            ELSE 'refused'
        END AS support
    FROM holder AS h
    LEFT JOIN supported AS s USING (signature_id)
),

strangers AS (
    SELECT
        national_id_token,
        count(DISTINCT (coalesce(name_key, ''), birth_date)) FILTER (support = 'refused') AS people
    FROM judged
    GROUP BY national_id_token
)

SELECT
    j.signature_id,
    j.national_id_token,
    CASE
        WHEN t.people + 1 > {{people_limit}} AND NOT j.is_register THEN 'polluted'
        ELSE j.support
    END AS support
FROM judged AS j
JOIN strangers AS t USING (national_id_token)
ORDER BY j.signature_id
