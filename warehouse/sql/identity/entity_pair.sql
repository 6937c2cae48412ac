-- One row is a pair of entities, the first not an anchor, with the best weight of their
-- descriptions. is_barred is the twins guard: family name, birth date and dwelling are equal, but
-- the given names are two names in every description, so they are two people, whatever the weight
-- says. Missing: pairs that no blocking rule brought together.
SELECT
    l.entity_id AS entity_l,
    r.entity_id AS entity_r,
    max(p.match_weight) AS match_weight,
    coalesce(
        bool_or(
            l.family_key = r.family_key
            AND l.birth_date = r.birth_date
            AND l.address_key = r.address_key
            AND l.script = r.script
            AND l.given_key <> r.given_key
        ),
        false
    )
    AND NOT coalesce(
        bool_or(l.given_key = r.given_key OR l.name_key = r.name_key), false
    ) AS is_barred
FROM pair_score AS p
JOIN linkage_record AS l ON l.record_id = p.record_l
JOIN linkage_record AS r ON r.record_id = p.record_r
GROUP BY l.entity_id, r.entity_id
ORDER BY entity_l, entity_r
