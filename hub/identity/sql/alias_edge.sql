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

agreed AS (
    SELECT b.old_number, b.new_number
    FROM bounded AS b
    LEFT JOIN holder AS o ON o.number = b.old_number
    LEFT JOIN holder AS n ON n.number = b.new_number
    GROUP BY b.old_number, b.new_number
    HAVING
        count(o.number) = 0
        OR count(n.number) = 0
        OR bool_or(o.name_key = n.name_key)
        OR bool_or(o.roman_key = n.roman_key)
        OR bool_or(o.birth_digits = n.birth_digits)
        OR bool_or(
            o.script = n.script
            AND jaro_winkler_similarity(o.name_letters, n.name_letters) >= {{name_similarity}}
        )
)

SELECT o.node AS "left", n.node AS "right"
FROM agreed AS a
JOIN number_node AS o ON o.number = a.old_number
JOIN number_node AS n ON n.number = a.new_number
ORDER BY 1, 2
