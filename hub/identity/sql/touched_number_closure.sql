-- One row is a touched ID number, one step further: also the aliases of touched numbers, and numbers
-- that were refused to descriptions which say the same as a touched one, because such descriptions
-- are one entity with it.
WITH content AS (
    SELECT loose_key FROM added_description_key
    UNION
    SELECT o.loose_key FROM known_description AS o
    SEMI JOIN changed_description AS c ON c.description_id = o.description_id
    UNION
    SELECT d.loose_key FROM all_description_key AS d
    SEMI JOIN touched_number AS t ON t.number = d.number
)

SELECT number FROM touched_number
UNION
SELECT a.new_number FROM number_alias AS a JOIN touched_number AS t ON t.number = a.old_number
UNION
SELECT a.old_number FROM number_alias AS a JOIN touched_number AS t ON t.number = a.new_number
UNION
SELECT a.new_number FROM old_number_alias AS a JOIN touched_number AS t ON t.number = a.old_number
UNION
SELECT a.old_number FROM old_number_alias AS a JOIN touched_number AS t ON t.number = a.new_number
UNION
SELECT d.number
FROM old_entity_description AS e
JOIN all_description_key AS d ON d.description_id = e.description_id
JOIN content AS c ON c.loose_key = d.loose_key
WHERE e.support IN ('refused', 'polluted', 'held')
