-- One row is a record, for training the linkage model: everybody who was born on one of the days
-- that are drawn by a hash, so that a person's records stay together, and those without a birth
-- date whose name is drawn. is_representative marks one record of each ID number, of the registers'
-- where there are any: two of them are two people. At most about
-- {{records}} records; the others are missing.
WITH whole AS (
    SELECT count(*) AS records FROM record
)

SELECT
    r.*,
    r.record_id AS entity_id,
    'loose' AS kind,
    r.number IS NOT NULL
    AND (r.is_register OR NOT bool_or(r.is_register) OVER ())
    AND row_number() OVER (
        PARTITION BY r.number ORDER BY r.is_register DESC, r.record_id
    ) = 1 AS is_representative
FROM record AS r
CROSS JOIN whole AS w
WHERE hash(coalesce(r.birth_digits, r.name_key)) % 1000000 < 1000000.0 * {{records}} / w.records
