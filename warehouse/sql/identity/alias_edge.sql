-- One row says that two ID numbers (by their place in token_node) belong to one person, because
-- the resident register changed, corrected or merged the number, or a foreigner was naturalised.
-- Missing: links whose two holders agree in neither name nor birth date, and numbers that are
-- linked to more than {{people_limit}} others.
WITH stated AS (
    SELECT previous_national_id_token AS old_token, national_id_token AS new_token
    FROM f01_person_identity
    WHERE previous_national_id_token IS NOT NULL AND national_id_token IS NOT NULL
    UNION
    SELECT foreign_id_token, new_national_id_token
    FROM f05_foreigner_nationality
    WHERE foreign_id_token IS NOT NULL AND new_national_id_token IS NOT NULL
),

bounded AS (
    SELECT *
    FROM stated
    WHERE old_token <> new_token
    QUALIFY
        count(*) OVER (PARTITION BY old_token) <= {{people_limit}}
        AND count(*) OVER (PARTITION BY new_token) <= {{people_limit}}
),

holder AS (
    SELECT DISTINCT
        t.national_id_token, s.script, s.name_key, s.name_letters, s.roman_key, s.birth_date
    FROM token_support AS t
    JOIN standard_signature AS s USING (signature_id)
    WHERE t.support IN ('name', 'birth_date', 'no_name')
),

agreed AS (
    SELECT b.old_token, b.new_token
    FROM bounded AS b
    LEFT JOIN holder AS o ON o.national_id_token = b.old_token
    LEFT JOIN holder AS n ON n.national_id_token = b.new_token
    GROUP BY b.old_token, b.new_token
    HAVING
        count(o.national_id_token) = 0
        OR count(n.national_id_token) = 0
        OR bool_or(o.name_key = n.name_key)
        OR bool_or(o.roman_key = n.roman_key)
        OR bool_or(o.birth_date = n.birth_date)
        OR bool_or(
            o.script = n.script
            AND jaro_winkler_similarity(o.name_letters, n.name_letters) >= {{name_similarity}}
        )
)

SELECT o.token_no AS "left", n.token_no AS "right"
FROM agreed AS a
JOIN token_node AS o ON o.national_id_token = a.old_token
JOIN token_node AS n ON n.national_id_token = a.new_token
ORDER BY 1, 2
