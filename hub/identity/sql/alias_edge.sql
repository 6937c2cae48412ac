-- One row says that two ID numbers belong to one person, because an authority changed, corrected or
-- merged the number, or a foreigner was naturalised. Missing: links whose two holders agree in
-- neither name nor birth date, and numbers that are linked to more than {{people_limit}} others.
WITH bounded AS (
    SELECT *
    FROM (SELECT DISTINCT old_number, new_number FROM number_alias)
    WHERE old_number <> new_number
    QUALIFY
        count(*) OVER (PARTITION BY old_number) <= {{people_limit}}
        AND count(*) OVER (PARTITION BY new_number) <= {{people_limit}}
),

holder AS (
    SELECT DISTINCT t.number, d.script, d.name_key, d.name_letters, d.roman_key, d.birth_digits
    FROM number_support AS t
    JOIN description AS d ON d.description_id = t.description_id
    WHERE t.support IN ('name', 'birth_date', 'no_name')
),

beside AS (
    SELECT
        b.old_number,
        b.new_number,
        o.number IS NOT NULL AS has_old_holder,
        n.number IS NOT NULL AS has_new_holder,
        o.script AS script_o,
        o.name_key AS name_key_o,
        o.roman_key AS roman_key_o,
        o.birth_digits AS birth_digits_o,
        o.name_letters AS name_letters_o,
        n.script AS script_n,
        n.name_key AS name_key_n,
        n.roman_key AS roman_key_n,
        n.birth_digits AS birth_digits_n,
        n.name_letters AS name_letters_n
    FROM bounded AS b
    LEFT JOIN holder AS o ON o.number = b.old_number
    LEFT JOIN holder AS n ON n.number = b.new_number
),

agreeing AS (
    SELECT
        old_number,
        new_number,
        has_old_holder,
        has_new_holder,
        name_key_o = name_key_n
        OR roman_key_o = roman_key_n
        OR birth_digits_o = birth_digits_n
        OR (
            script_o = script_n
            AND jaro_winkler_similarity(name_letters_o, name_letters_n) >= {{name_similarity}}
        ) AS agrees
    FROM beside
),

agreed AS (
    SELECT old_number, new_number
    FROM agreeing
    GROUP BY old_number, new_number
    HAVING NOT bool_or(has_old_holder) OR NOT bool_or(has_new_holder) OR bool_or(agrees)
)

SELECT o.node AS "left", n.node AS "right"
FROM agreed AS a
JOIN number_node AS o ON o.number = a.old_number
JOIN number_node AS n ON n.number = a.new_number
ORDER BY 1, 2
