-- One row is an identity signature and the person it is of. match_kind says why: national_id (its
-- number, supported by name or birth date), linked (to one person by the model), clustered (with
-- other signatures that have no usable number), ambiguous (two people fit, so nobody was guessed),
-- single (nothing like it), unidentifiable (names nobody; person_id is null). match_weight is in
-- bits, null where no score was needed. Nobody is missing.
SELECT e.signature_id, a.person_id, c.match_kind, c.match_weight
FROM entity_signature AS e
JOIN entity_cluster AS c USING (entity_id)
LEFT JOIN person_assignment AS a USING (signature_id)
ORDER BY e.signature_id
