-- One row is a record and its description: the content by which it can be compared. Records that
-- say the same, whoever sent them, share one description. A record that a person has set apart
-- (an unmerge) has a description of its own. loose_key is the content without the ID number.
-- Nobody is missing.
SELECT
    r.record_id,
    CASE WHEN s.record_id IS NULL
        THEN hash(coalesce(r.number, ''), {{content}})
        ELSE hash('set apart', r.record_id)
    END AS description_id,
    CASE WHEN s.record_id IS NULL
        THEN hash({{content}})
        ELSE hash('set apart', r.record_id)
    END AS loose_key
FROM record AS r
LEFT JOIN separated_record AS s ON s.record_id = r.record_id
