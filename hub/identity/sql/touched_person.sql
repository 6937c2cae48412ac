-- One row is a person of last night of whom something came, changed or went since, or about whom people
-- decide otherwise than then: an entity with their records holds a newcomer's, one of their records is
-- no longer there, or one is in a new or withdrawn decision, pins included. Missing: everybody else, who keeps their ID.
WITH fed AS (
    SELECT DISTINCT e.entity_id
    FROM recalled_member AS m
    JOIN entity_description AS e ON e.description_id = m.description_id
    WHERE m.is_new
)

SELECT m.person_id
FROM recalled_member AS m
JOIN entity_description AS e ON e.description_id = m.description_id
SEMI JOIN fed AS f ON f.entity_id = e.entity_id
WHERE m.person_id IS NOT NULL
UNION
SELECT person_id FROM lost_person
UNION
SELECT person_id FROM redecided_person
UNION
SELECT person_id FROM unpinned_person
