-- One row is a linkage record under one blocking key. Records meet only under an equal key; every
-- rule is named by what must be equal, so it survives a mistake in everything else. Missing: keys
-- that only anchors have, because they are not compared with one another.
WITH keyed AS (
    SELECT
        record_id,
        entity_id,
        kind,
        birth_digits || '|' || name_key AS same_birth_date_and_name,
        birth_digits || '|' || roman_key AS same_birth_date_and_romanised_name,
        birth_digits || '|' || family_key AS same_birth_date_and_family_name,
        birth_digits || '|' || phone AS same_birth_date_and_phone,
        birth_digits || '|' || building_key AS same_birth_date_and_building,
        name_key || '|' || phone AS same_name_and_phone,
        name_key || '|' || building_key AS same_name_and_building
    FROM linkage_record
),

long AS (
    UNPIVOT keyed
    ON COLUMNS('^same_')
    INTO NAME rule VALUE key
)

SELECT *
FROM long
QUALIFY bool_or(kind <> 'anchor') OVER (PARTITION BY rule, key)
ORDER BY rule, key, record_id
