-- One row is a question that a person should answer. left and right are two signatures, or person IDs
-- where it is about pins; of an entity it names the signature that was known first, so that a
-- question keeps its name while others join. Missing: nothing that the index is unsure of.
WITH asked AS (
    SELECT entity_l AS entity_id FROM all_review
    UNION
    SELECT entity_r FROM all_review
),

candidate AS MATERIALIZED (
    SELECT e.entity_id, s.signature_id, s.record_id, d.is_register
    FROM asked AS a
    JOIN all_entity_description AS e ON e.entity_id = a.entity_id
    JOIN all_record_description AS d ON d.description_id = e.description_id
    JOIN signature_record AS s ON s.record_id = d.record_id
),

known AS (
    SELECT m.record_id, min(m.recorded_from) AS known_since
    FROM person_membership AS m
    SEMI JOIN candidate AS c ON c.record_id = m.record_id
    GROUP BY m.record_id
),

first_signature AS (
    SELECT c.entity_id, c.signature_id
    FROM candidate AS c
    LEFT JOIN known AS k ON k.record_id = c.record_id
    QUALIFY row_number() OVER (
        PARTITION BY c.entity_id
        ORDER BY k.known_since NULLS LAST, c.is_register DESC, c.signature_id
    ) = 1
),

question AS (
    SELECT
        r.kind,
        least(l.signature_id, o.signature_id)::VARCHAR AS "left",
        greatest(l.signature_id, o.signature_id)::VARCHAR AS "right",
        r.match_weight,
        NULL AS detail
    FROM all_review AS r
    JOIN first_signature AS l ON l.entity_id = r.entity_l
    JOIN first_signature AS o ON o.entity_id = r.entity_r
    WHERE r.kind <> 'two_pinned'
    UNION ALL
    SELECT
        r.kind,
        least(l.person_id, o.person_id),
        greatest(l.person_id, o.person_id),
        r.match_weight,
        NULL
    FROM all_review AS r
    JOIN all_entity_cluster AS l ON l.entity_id = r.entity_l
    JOIN all_entity_cluster AS o ON o.entity_id = r.entity_r
    WHERE r.kind = 'two_pinned'
    UNION ALL
    SELECT kind, "left", "right", NULL, detail FROM decision_review
)

SELECT kind, "left", "right", max(match_weight) AS match_weight, max(detail) AS detail
FROM question
GROUP BY kind, "left", "right"
ORDER BY kind, "left", "right"
