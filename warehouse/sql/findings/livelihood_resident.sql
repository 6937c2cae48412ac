-- One row: a signature of somebody who lives in a household on livelihood benefit and counts in a unit
-- (livelihood_work_room); kept for the night's work only, so that rules about what these people have need
-- not search the whole index.
-- Who is missing: see livelihood_work_room. Which source wins: none.
SELECT resident.household_id, resident.person_id, person_index.signature_id
FROM (SELECT DISTINCT household_id, person_id FROM livelihood_work_room) AS resident
INNER JOIN person_index ON person_index.person_id = resident.person_id
ORDER BY resident.household_id, resident.person_id, person_index.signature_id
