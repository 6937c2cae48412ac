-- One row: a stay abroad of a person: the day of leaving, and of return where one is known.
-- Who is missing: day trips, stays that cannot be told from the crossings (an exit after an exit), and
-- returns on a foreign passport, which are invisible unless the estimate I04-F06-03 names the person.
-- Which source wins: crossings of all border feeds; the list of long stays (I04-F06-04) repeats exits
-- and is left out. The estimate matches by name and birth date alone: it may end a stay, never begin
-- one. An entry on the passport that left ends the stay, whoever its number names.
WITH crossing AS (
    SELECT
        person_index.person_id,
        f06_border_movement.moved_on,
        f06_border_movement.direction,
        f06_border_movement.passport_no,
        f06_border_movement.document_type,
        f06_border_movement.delivery_id,
        f06_border_movement.line,
        row_number() OVER (
            PARTITION BY
                person_index.person_id, f06_border_movement.moved_on, f06_border_movement.direction
            ORDER BY f06_border_movement.delivery_id, f06_border_movement.line
        ) AS place
    FROM f06_border_movement
    CROSS JOIN night
    INNER JOIN person_index ON person_index.signature_id = f06_border_movement.signature_id
    WHERE f06_border_movement.document_type <> 'I04-F06-04'
        AND (
            f06_border_movement.direction = 'in'
            OR (
                f06_border_movement.direction = 'out'
                AND f06_border_movement.document_type <> 'I04-F06-03'
            )
        )
        AND f06_border_movement.moved_on <= night.as_of
        AND person_index.person_id IS NOT NULL
),
crossing_day AS (
    SELECT
        person_id,
        moved_on,
        max(CASE WHEN direction = 'in' THEN 1 ELSE 0 END) AS has_entry,
        max(CASE WHEN direction = 'out' THEN 1 ELSE 0 END) AS has_exit,
        max(CASE WHEN direction = 'out' THEN passport_no END) AS passport_no,
        max(CASE WHEN direction = 'out' AND place = 1 THEN document_type END) AS document_type,
        max(CASE WHEN direction = 'out' AND place = 1 THEN delivery_id END) AS delivery_id,
        max(CASE WHEN direction = 'out' AND place = 1 THEN line END) AS line
    FROM crossing
    GROUP BY person_id, moved_on
),
ordered AS (
    SELECT
        *,
        lead(moved_on) OVER next_day AS next_moved_on,
        lead(has_entry) OVER next_day AS next_has_entry,
        lead(has_exit) OVER next_day AS next_has_exit
    FROM crossing_day
    WINDOW next_day AS (PARTITION BY person_id ORDER BY moved_on)
),
-- Who crossed both ways on one day is abroad afterwards only if an entry comes next.
stay AS (
    SELECT *
    FROM ordered
    WHERE has_exit = 1
        AND (has_entry = 0 OR (next_has_entry = 1 AND next_has_exit = 0))
        AND (next_has_entry = 1 OR next_moved_on IS NULL)
),
entry_of_passport AS (
    SELECT DISTINCT f06_border_movement.passport_no, f06_border_movement.moved_on
    FROM f06_border_movement
    CROSS JOIN night
    WHERE f06_border_movement.direction = 'in'
        AND f06_border_movement.passport_no IS NOT NULL
        AND f06_border_movement.moved_on <= night.as_of
),
returned AS (
    SELECT
        stay.person_id,
        stay.moved_on,
        min(entry_of_passport.moved_on) AS returned_on
    FROM stay
    INNER JOIN entry_of_passport
        ON entry_of_passport.passport_no = stay.passport_no
        AND entry_of_passport.moved_on > stay.moved_on
    GROUP BY stay.person_id, stay.moved_on
)
SELECT
    stay.person_id,
    stay.moved_on AS left_on,
    CASE
        WHEN stay.next_moved_on IS NULL OR returned.returned_on < stay.next_moved_on
            THEN returned.returned_on
        ELSE stay.next_moved_on
    END AS returned_on,
    stay.document_type,
    stay.delivery_id,
    stay.line
FROM stay
LEFT JOIN returned
    ON returned.person_id = stay.person_id AND returned.moved_on = stay.moved_on
ORDER BY stay.person_id, left_on
