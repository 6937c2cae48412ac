-- One row is a description and the entity it surely belongs to before anything is guessed. An
-- entity is one of: 'registered' (ID numbers that a register knows), 'numbered' (a supported number
-- that no register knows: mistyped, or somebody outside the registers), 'loose' (no number, or one
-- that is not theirs), 'thin' (too little to be compared: fewer than {{least_facts}} of number, name,
-- birth date, address, phone and email). A refused number stays as evidence where no register knows it.
-- An entity is named by its smallest description. Missing: nobody.
WITH keyed AS (
    SELECT
        d.*,
        t.support,
        coalesce(t.support IN ('name', 'birth_date', 'no_name'), false) AS is_supported,
        coalesce(c.component, n.node) AS number_group,
        CASE
            WHEN d.is_separate OR t.support = 'polluted' THEN NULL
            WHEN t.support = 'refused' AND t.is_registered THEN NULL
            ELSE d.number
        END AS believed_number,
        (d.name_key IS NOT NULL)::INT + (d.birth_digits IS NOT NULL)::INT
        + (d.address_words IS NOT NULL)::INT + (d.phone IS NOT NULL)::INT
        + (d.email IS NOT NULL)::INT AS facts
    FROM description AS d
    LEFT JOIN number_support AS t ON t.description_id = d.description_id
    LEFT JOIN number_node AS n ON n.number = d.number
    LEFT JOIN number_component AS c ON c.node = n.node
),

grouped AS (
    SELECT
        *,
        CASE
            WHEN is_supported THEN hash('number', number_group)
            WHEN believed_number IS NULL THEN hash('loose', loose_key)
            ELSE hash('refused', description_id)
        END AS grouping
    FROM keyed
)

SELECT
    description_id,
    min(description_id) OVER (PARTITION BY grouping) AS entity_id,
    CASE
        WHEN is_supported AND bool_or(is_register) OVER (PARTITION BY grouping) THEN 'registered'
        WHEN is_supported THEN 'numbered'
        WHEN facts + (believed_number IS NOT NULL)::INT >= {{least_facts}} THEN 'loose'
        ELSE 'thin'
    END AS kind,
    coalesce(support, 'no_number') AS support,
    believed_number,
    name_key IS NOT NULL AS is_named
FROM grouped
