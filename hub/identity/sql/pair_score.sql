-- One row is a pair of linkage records with its weights in bits and the entities that they describe,
-- the smaller entity first. Missing: pairs below {{least_weight}}, which can never matter.
SELECT
    s.record_l,
    s.record_r,
    least(l.entity_id, r.entity_id) AS entity_l,
    greatest(l.entity_id, r.entity_id) AS entity_r,
    s.match_weight,
    s.stranger_weight,
    s.household_weight
FROM scored AS s
JOIN {{records}} AS l ON l.record_id = s.record_l
JOIN {{records}} AS r ON r.record_id = s.record_r
WHERE s.match_weight >= {{least_weight}} OR s.stranger_weight >= {{least_weight}}
