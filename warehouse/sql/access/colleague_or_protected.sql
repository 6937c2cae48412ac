-- One row: one access without a case to an official of the same area, or to somebody on the list of
-- protected people (victims of violence, public figures).
-- Who is missing: reading for an application or certificate, which leaves papers; the official's own
-- data, which are another rule's.
-- Which source wins: the register of officials, the list of protected people.
WITH watched AS (
    SELECT person_id, area_code, 'colleague' AS kind FROM official WHERE person_id IS NOT NULL
    UNION
    SELECT person_id, NULL, 'protected person' FROM protected_person
)
SELECT DISTINCT
    access_row.actor,
    access_row.happened_on AS alert_on,
    access_row.person_id AS about,
    access_row.entry_id,
    access_row.person_id,
    min(watched.kind) OVER (PARTITION BY access_row.entry_id) AS statement
FROM access_row
INNER JOIN watched
    ON watched.person_id = access_row.person_id
    AND (watched.area_code IS NULL OR watched.area_code = access_row.area_code)
WHERE NOT access_row.has_case
    AND NOT access_row.is_break_glass
    AND access_row.purpose NOT IN ('application', 'certificate')
    AND access_row.person_id IS DISTINCT FROM access_row.own_person_id
