-- One row is a pair of linkage records with its weights in bits and the entities that they describe,
-- the smaller entity first. Missing: pairs below {{least_weight}}, which can never matter.
SELECT
    record_l,
    record_r,
    least(entity_id_l, entity_id_r) AS entity_l,
    greatest(entity_id_l, entity_id_r) AS entity_r,
    match_weight,
    stranger_weight,
    household_weight
FROM ({{scores}})
WHERE match_weight >= {{least_weight}} OR stranger_weight >= {{least_weight}}
