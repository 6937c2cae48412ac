-- One row is a question about two signatures that a person should answer, with the people whom they
-- are of. Missing: nothing that the index is unsure of.
WITH smallest AS (
    SELECT e.entity_id, min(s.signature_id) AS signature_id
    FROM signature_record AS s
    JOIN all_record_description AS d ON d.record_id = s.record_id
    JOIN all_entity_description AS e ON e.description_id = d.description_id
    WHERE e.entity_id IN (SELECT entity_l FROM all_review UNION SELECT entity_r FROM all_review)
    GROUP BY e.entity_id
)

SELECT DISTINCT
    r.kind,
    least(l.signature_id, o.signature_id) AS signature_l,
    greatest(l.signature_id, o.signature_id) AS signature_r,
    max(r.match_weight) AS match_weight
FROM all_review AS r
JOIN smallest AS l ON l.entity_id = r.entity_l
JOIN smallest AS o ON o.entity_id = r.entity_r
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
