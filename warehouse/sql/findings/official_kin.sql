-- One row: an official and a person who is the official, a relative, or of the same registered
-- household, with the kinship.
-- Who is missing: officials whose person the hub does not know, and ties that have ended.
-- Which source wins: family_graph for kin, household_member for who lives together.
WITH known AS (
    SELECT DISTINCT actor, person_id FROM official WHERE person_id IS NOT NULL
)
SELECT actor, person_id, 'self' AS kinship
FROM known
UNION
SELECT known.actor, tie.relative_id, 'relative'
FROM known
CROSS JOIN night
INNER JOIN family_graph AS tie
    ON tie.person_id = known.person_id
    AND tie.relative_id <> known.person_id
    AND (tie.valid_to IS NULL OR tie.valid_to > night.as_of)
UNION
SELECT known.actor, other.person_id, 'household'
FROM known
CROSS JOIN night
INNER JOIN household_member AS own
    ON own.person_id = known.person_id
    AND (own.valid_to IS NULL OR own.valid_to >= night.as_of)
INNER JOIN household_member AS other
    ON other.household_id = own.household_id
    AND other.person_id <> own.person_id
    AND (other.valid_to IS NULL OR other.valid_to >= night.as_of)
ORDER BY actor, person_id, kinship
