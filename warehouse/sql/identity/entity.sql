-- One row is an entity: anchor, numbered or loose. Nobody is missing.
SELECT
    entity_id,
    any_value(kind) AS kind,
    bool_or(is_linkable) AS is_linkable,
    bool_or(is_named) AS is_named
FROM entity_signature
GROUP BY entity_id
ORDER BY entity_id
