-- One row is an identity signature and the person it is of. record_id is its identifying content,
-- which signatures of several institutions share. match_kind says why: national_id (its number,
-- supported by name or birth date), linked (to one person by the model), clustered (with others that
-- have no usable number), ambiguous (two people fit, or one fits only since somebody else's record came
-- or went, so nobody was guessed), single (nothing like it), unidentifiable (names nobody; person_id is null). match_weight is in bits, null where no
-- score was needed. Nobody is missing. Whoever
-- releases it sorts it by signature_id.
SELECT s.signature_id, s.record_id, c.person_id, c.match_kind, c.match_weight
FROM signature_record AS s
JOIN all_record_description AS d ON d.record_id = s.record_id
JOIN all_entity_description AS e ON e.description_id = d.description_id
JOIN all_entity_cluster AS c ON c.entity_id = e.entity_id
