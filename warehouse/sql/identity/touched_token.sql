-- One row is an ID number whose person may be another one tonight: a number of an entity that was
-- resolved anew, as it was or as it is, or one that an authority names as somebody's earlier or later
-- number, then or now. Missing: numbers whose row of person_token is what it was.
SELECT d.number
FROM known_description AS d
SEMI JOIN (
    SELECT e.description_id FROM old_entity_description AS e
    SEMI JOIN settled_entity AS s ON s.entity_id = e.entity_id
) AS e ON e.description_id = d.description_id
WHERE d.number IS NOT NULL
UNION
SELECT d.number
FROM all_description_key AS d
SEMI JOIN (
    SELECT e.description_id FROM all_entity_description AS e
    SEMI JOIN settled_entity AS s ON s.entity_id = e.entity_id
) AS e ON e.description_id = d.description_id
WHERE d.number IS NOT NULL
UNION
SELECT number FROM alias_group
UNION
SELECT unnest([old_number, new_number]) FROM old_number_alias
