-- One row is a pair of entities, the smaller first, with the best weight of their descriptions, and
-- the best weight against strangers alone: where that is high and the other low, the two are more
-- likely people of one household. Missing: pairs that were never compared.
SELECT
    entity_l,
    entity_r,
    max(match_weight) AS match_weight,
    max(stranger_weight) AS stranger_weight
FROM {{scores}}
GROUP BY entity_l, entity_r
