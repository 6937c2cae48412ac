-- One row: a stay abroad of a person: the day of leaving, and of return where one is known.
-- Who is missing: stays that cannot be told from the crossings (an exit after an exit), and returns on
-- a foreign passport, which are invisible unless the estimate I04-F06-03 names the person.
-- Which source wins: crossings of all border feeds; the list of long stays (I04-F06-04) repeats exits
-- and is left out.
WITH crossing AS (
    SELECT DISTINCT
        person_index.person_id,
        f06_border_movement.moved_on,
        f06_border_movement.direction,
        first_value(f06_border_movement.document_type) OVER same_crossing AS document_type,
        first_value(f06_border_movement.delivery_id) OVER same_crossing AS delivery_id,
        first_value(f06_border_movement.line) OVER same_crossing AS line
    FROM f06_border_movement
    CROSS JOIN night
    INNER JOIN person_index ON person_index.signature_id = f06_border_movement.signature_id
    WHERE f06_border_movement.document_type <> 'I04-F06-04'
        AND f06_border_movement.direction IN ('out', 'in')
        AND f06_border_movement.moved_on <= night.as_of
    WINDOW same_crossing AS (
        PARTITION BY
            person_index.person_id, f06_border_movement.moved_on, f06_border_movement.direction
        ORDER BY f06_border_movement.delivery_id, f06_border_movement.line
    )
),
ordered AS (
    SELECT
        *,
        lead(direction) OVER next_crossing AS next_direction,
        lead(moved_on) OVER next_crossing AS next_moved_on
    FROM crossing
    WINDOW next_crossing AS (PARTITION BY person_id ORDER BY moved_on, direction)
)
SELECT
    person_id,
    moved_on AS left_on,
    next_moved_on AS returned_on,
    document_type,
    delivery_id,
    line
FROM ordered
WHERE direction = 'out' AND (next_direction = 'in' OR next_direction IS NULL)
ORDER BY person_id, left_on
