-- One row is one row of `family.sql`, in the order of document types, deliveries and lines.
-- Missing: nothing more. Rows were just made, or made by an earlier night of deliveries that are the
-- same tonight.
SELECT
    {{columns}}
FROM (
    {{made}}
) AS r
ORDER BY r.row_place
