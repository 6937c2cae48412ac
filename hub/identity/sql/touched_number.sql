-- One row is an ID number that tonight's changes touch: one of a changed description, as it was or as
-- it is, or one whose aliases changed. Missing: numbers that are reached only over others (see
-- touched_number_closure).
SELECT o.number FROM known_description AS o
SEMI JOIN changed_description AS c ON c.description_id = o.description_id
WHERE o.number IS NOT NULL
UNION
SELECT number FROM added_description_key WHERE number IS NOT NULL
UNION
SELECT unnest([old_number, new_number]) FROM (
    (SELECT old_number, new_number FROM number_alias EXCEPT SELECT old_number, new_number FROM old_number_alias)
    UNION ALL
    (SELECT old_number, new_number FROM old_number_alias EXCEPT SELECT old_number, new_number FROM number_alias)
)
