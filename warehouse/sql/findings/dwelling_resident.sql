-- One row: a person registered at a dwelling tonight, since when, and how many registered households
-- are there: rules pass over an address of many, which is a house without the number of the flat.
-- Who is missing: residents of institutions, and people with no day of moving in.
-- Which source wins: see unit_member_tonight.
SELECT
    place.person_id,
    place.unit_id AS dwelling_id,
    dwelling.households,
    place.valid_from AS lives_there_from,
    place.document_type,
    place.delivery_id,
    place.line
FROM unit_membership AS place
INNER JOIN dwelling ON dwelling.dwelling_id = place.unit_id
WHERE place.unit_family = 'dwelling'
    AND place.recorded_to IS NULL
    AND place.valid_to IS NULL
    AND place.valid_from IS NOT NULL
    AND NOT dwelling.is_institution
ORDER BY place.unit_id, place.person_id
