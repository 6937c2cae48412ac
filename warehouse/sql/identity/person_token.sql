-- One row is a national-ID token and the one person it is a number of, earlier and later numbers
-- included. Missing: polluted tokens, tokens that were found to be mistyped, and tokens of people of
-- whom there is no record.
WITH stated AS (
    SELECT DISTINCT d.number, c.person_id
    FROM all_entity_description AS e
    JOIN (
        SELECT d.* FROM all_description_key AS d
        {{which}}
    ) AS d ON d.description_id = e.description_id
    JOIN all_entity_cluster AS c ON c.entity_id = e.entity_id
    WHERE e.support IN ('name', 'birth_date', 'no_name') AND c.match_kind = 'national_id'
),

renamed AS (
    SELECT a.number, min(s.person_id) AS person_id
    FROM alias_group AS a
    JOIN alias_group AS o ON o.alias_group = a.alias_group
    JOIN stated AS s ON s.number = o.number
    ANTI JOIN stated AS known ON known.number = a.number
    GROUP BY a.number
    HAVING count(DISTINCT s.person_id) = 1
)

SELECT number::UUID AS national_id_token, min(person_id) AS person_id
FROM (FROM stated UNION ALL FROM renamed)
GROUP BY number
ORDER BY national_id_token
