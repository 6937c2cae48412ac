-- One row is a distinct description, with how many records give it and whether a register does. is_separate: a person has set it apart, so its number is not believed. Nobody is
-- missing.
SELECT
    g.description_id,
    g.loose_key,
    g.is_register,
    g.records,
    g.is_separate,
    {{columns}}
FROM record AS r
-- Aggregating every column of a long row costs more than looking up one record that says them.
JOIN (
    SELECT
        d.description_id,
        any_value(d.loose_key) AS loose_key,
        bool_or(r.is_register) AS is_register,
        count(*) AS records,
        bool_or(s.record_id IS NOT NULL) AS is_separate,
        min(r.record_id) AS record_id
    FROM record AS r
    JOIN record_description AS d ON d.record_id = r.record_id
    LEFT JOIN separated_record AS s ON s.record_id = r.record_id
    GROUP BY d.description_id
) AS g ON g.record_id = r.record_id
