-- One row is what the linkage model compares: a distinct way in which an entity is described. What
-- one description lacks is filled from the entity's most frequent value, so that an anchor's rows
-- each carry all that is known. Missing: loose signatures with fewer than two of name, birth date,
-- address and phone.
WITH described AS (
    SELECT e.entity_id, e.kind, s.*
    FROM entity_signature AS e
    JOIN standard_signature AS s USING (signature_id)
    WHERE e.kind = 'anchor' OR e.is_linkable
),

value_count AS (
    SELECT entity_id, attribute, value, sum(row_count) AS row_count
    FROM (
        SELECT
            entity_id,
            row_count,
            strftime(birth_date, '%Y-%m-%d') AS birth_date,
            sex,
            phone,
            address_key || chr(9) || building_key AS address
        FROM described
    )
    UNPIVOT (value FOR attribute IN (birth_date, sex, phone, address))
    GROUP BY entity_id, attribute, value
),

frequent AS (
    SELECT
        entity_id,
        max(value) FILTER (attribute = 'birth_date')::DATE AS birth_date,
        max(value) FILTER (attribute = 'sex') AS sex,
        max(value) FILTER (attribute = 'phone') AS phone,
        max(value) FILTER (attribute = 'address') AS address
    FROM (
        SELECT *
        FROM value_count
        QUALIFY row_number() OVER (PARTITION BY entity_id, attribute ORDER BY row_count DESC, value) = 1
    )
    GROUP BY entity_id
),

filled AS (
    SELECT
        d.entity_id,
        d.kind,
        d.script,
        d.family_key,
        d.given_key,
        d.name_key,
        d.given_sound,
        d.roman_key,
        d.name_letters,
        coalesce(d.birth_date, f.birth_date) AS birth_date,
        coalesce(d.sex, f.sex) AS sex,
        coalesce(d.address_key, split_part(f.address, chr(9), 1)) AS address_key,
        coalesce(d.building_key, split_part(f.address, chr(9), 2)) AS building_key,
        coalesce(d.phone, f.phone) AS phone,
        min(d.signature_id) AS record_id
    FROM described AS d
    LEFT JOIN frequent AS f USING (entity_id)
    GROUP BY ALL
)

SELECT *, strftime(birth_date, '%Y%m%d') AS birth_digits
FROM filled
-- A nameless description of an entity whose name is known adds nothing to compare.
QUALIFY name_key IS NOT NULL OR NOT bool_or(name_key IS NOT NULL) OVER (PARTITION BY entity_id)
ORDER BY record_id
