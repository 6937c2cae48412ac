-- One row is an entity of tonight and the person that most of its records were before tonight, the
-- smaller ID on a tie. Missing: entities of new records alone.
WITH belonged AS (
    SELECT e.entity_id, p.person_id, count(*) AS records
    FROM {{entities}} AS e
    JOIN all_record_description AS d ON d.description_id = e.description_id
    JOIN previous_member AS p ON p.record_id = d.record_id
    GROUP BY e.entity_id, p.person_id
)

SELECT entity_id, person_id
FROM (
    SELECT entity_id, person_id
    FROM belonged
    QUALIFY row_number() OVER (PARTITION BY entity_id ORDER BY records DESC, person_id) = 1
)
{{kept}}
