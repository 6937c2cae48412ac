-- One row is a signature and the entity it surely belongs to, before any probabilistic linking. An
-- entity is named by its smallest signature and is of one kind: 'anchor' (ID numbers that a register
-- knows), 'numbered' (a supported number that no register knows: mistyped, or somebody outside the
-- registers) or 'loose' (no number, or one that is not theirs; equal name and birth date under a
-- refused number, or equal in every comparison key). Missing: nobody; what is too thin to be linked
-- is marked so.
WITH keyed AS (
    SELECT
        s.*,
        coalesce(t.support, 'no_token') AS support,
        coalesce(t.support IN ('name', 'birth_date', 'no_name'), false) AS is_supported,
        coalesce(c.component, n.token_no) AS anchor_no
    FROM standard_signature AS s
    LEFT JOIN token_support AS t USING (signature_id)
    LEFT JOIN token_node AS n ON n.national_id_token = s.national_id_token
    LEFT JOIN token_component AS c ON c.node = n.token_no
)

SELECT
    signature_id,
    support,
    CASE
        WHEN NOT is_supported THEN 'loose'
        WHEN bool_or(is_register) OVER (PARTITION BY is_supported, anchor_no) THEN 'anchor'
        ELSE 'numbered'
    END AS kind,
    CASE WHEN is_supported
        THEN min(signature_id) OVER (PARTITION BY is_supported, anchor_no)
        WHEN national_id_token IS NOT NULL
        THEN min(signature_id) OVER (
            PARTITION BY is_supported, national_id_token, name_key, birth_date
        )
        ELSE min(signature_id) OVER (
            PARTITION BY
                national_id_token, name_key, birth_date, sex, address_key, building_key, phone
        )
    END AS entity_id,
    (name_key IS NOT NULL)::INT + (birth_date IS NOT NULL)::INT
    + (building_key IS NOT NULL)::INT + (phone IS NOT NULL)::INT >= 2 AS is_linkable,
    name_key IS NOT NULL AS is_named
FROM keyed
ORDER BY signature_id
