-- One row is a record and its description: the content by which it can be compared. Records that
-- say the same, whoever sent them, share one description. A record that a person has set apart
-- (an unmerge) has a description of its own. loose_key is the content without the ID number.
-- Nobody is missing.
SELECT
    r.record_id,
    CASE WHEN r.is_set_apart
        THEN hash('set apart', r.record_id)
        ELSE hash(coalesce(r.number, ''), {{content}})
    END AS description_id,
    CASE WHEN r.is_set_apart
        THEN hash('set apart', r.record_id)
        ELSE hash({{content}})
    END AS loose_key
FROM (
    SELECT r.*, s.record_id IS NOT NULL AS is_set_apart
    FROM record AS r
    LEFT JOIN separated_record AS s ON s.record_id = r.record_id
) AS r
