-- One row is an entity that was made tonight and the person that most of its records were before, the
-- smaller ID on a tie. Missing: entities of new records alone.
SELECT entity_id, person_id
FROM (
    SELECT e.entity_id, m.person_id, count(*) AS records
    FROM entity_description AS e
    JOIN recalled_member AS m ON m.description_id = e.description_id
    WHERE m.person_id IS NOT NULL
    GROUP BY e.entity_id, m.person_id
)
QUALIFY row_number() OVER (PARTITION BY entity_id ORDER BY records DESC, person_id) = 1
