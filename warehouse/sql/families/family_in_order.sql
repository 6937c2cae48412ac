-- One row is one row of `family.sql`, in the order of document types, deliveries and lines.
-- Missing: nothing more; where the rows of one document type are asked for, those of the others, each of
-- which is a block of the family's file of its own.
SELECT
    {{columns}}
FROM (
    {{made}}
) AS r
ORDER BY r.row_place
