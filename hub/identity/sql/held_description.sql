-- One row is a description that tonight's anchors would give to another person, although nothing came,
-- changed or went of its own: others used its number, or the register of it, and are gone. It stays
-- apart as an entity of its own, named by its person's smallest description there. An authority's word
-- goes before, on the night that brings it: then several numbers under one anchor are one person's.
-- Missing: everybody else.
WITH placed AS (
    SELECT
        e.entity_id,
        e.description_id,
        e.believed_number,
        m.is_register,
        m.person_id,
        m.is_new,
        n.number IS NOT NULL AS is_renumbered
    FROM entity_description AS e
    JOIN recalled_member AS m ON m.description_id = e.description_id
    LEFT JOIN renumbered AS n ON n.number = e.believed_number
),

contested AS (
    SELECT entity_id FROM placed
    GROUP BY entity_id
    HAVING
        count(DISTINCT person_id) > 1
        AND NOT bool_or(is_new)
        AND (count(DISTINCT believed_number) <= 1 OR NOT bool_or(is_renumbered))
),

weighed AS (
    SELECT p.entity_id, p.person_id, bool_or(p.is_register) AS is_register, count(*) AS records
    FROM placed AS p SEMI JOIN contested AS c ON c.entity_id = p.entity_id
    WHERE p.person_id IS NOT NULL
    GROUP BY p.entity_id, p.person_id
),

waiting AS (
    SELECT w.entity_id, w.person_id
    FROM (
        SELECT
            *,
            row_number() OVER (
                PARTITION BY entity_id ORDER BY is_register DESC, records DESC, person_id
            ) AS place
        FROM weighed
    ) AS w
    ANTI JOIN touched_person AS t ON t.person_id = w.person_id
    WHERE w.place > 1
)

SELECT DISTINCT
    p.description_id,
    min(p.description_id) OVER (PARTITION BY p.entity_id, p.person_id) AS entity_id
FROM placed AS p
JOIN waiting AS w ON w.entity_id = p.entity_id AND w.person_id = p.person_id
