-- The rows of a family in the order of document types, deliveries and lines: those that were just
-- made, and those that an earlier night made of deliveries that are the same tonight.
SELECT
    {{columns}}
FROM (
    {{made}}
) AS r
ORDER BY r.row_place
