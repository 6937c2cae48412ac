-- One row is an entity: an anchor, a refused group or a loose record. Nobody is missing.
SELECT
    entity_id,
    bool_or(is_anchor) AS is_anchor,
    bool_or(is_linkable) AS is_linkable,
    bool_or(is_named) AS is_named
FROM entity_signature
GROUP BY entity_id
ORDER BY entity_id
