-- One row is a description that must be anchored again tonight: a new or changed one, all of a
-- touched ID number, and those without a number that say the same as one of these.
WITH touched AS (
    SELECT d.description_id, d.loose_key FROM all_description_key AS d
    SEMI JOIN touched_number AS t ON t.number = d.number
    UNION
    SELECT description_id, loose_key FROM added_description_key
),

content AS (
    SELECT loose_key FROM touched
    UNION
    SELECT o.loose_key FROM known_description AS o
    SEMI JOIN changed_description AS c ON c.description_id = o.description_id
)

SELECT d.description_id FROM all_description_key AS d
WHERE
    d.description_id IN (SELECT description_id FROM touched)
    OR (d.number IS NULL AND d.loose_key IN (SELECT loose_key FROM content))
