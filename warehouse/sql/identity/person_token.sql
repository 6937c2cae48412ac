-- One row is a national-ID token and the one person it is a number of, earlier and later numbers
-- included. Missing: polluted tokens, and tokens of people of whom there is no record.
WITH component AS (
    SELECT n.national_id_token, coalesce(c.component, n.token_no) AS component
    FROM token_node AS n
    LEFT JOIN token_component AS c ON c.node = n.token_no
),

owner AS (
    SELECT c.component, min(i.person_id) AS person_id
    FROM component AS c
    JOIN token_support AS t USING (national_id_token)
    JOIN person_index AS i USING (signature_id)
    WHERE i.match_kind = 'national_id'
    GROUP BY c.component
)

SELECT c.national_id_token, o.person_id
FROM component AS c
JOIN owner AS o USING (component)
ORDER BY c.national_id_token
