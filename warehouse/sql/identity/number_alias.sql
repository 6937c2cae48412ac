-- One row is an ID number that an authority names as the earlier number of another: the resident
-- register changed, corrected or merged it, or a foreigner was naturalised. Missing: numbers that
-- were never changed.
SELECT DISTINCT previous_national_id_token::VARCHAR AS old_number, national_id_token::VARCHAR AS new_number
FROM f01_person_identity
WHERE previous_national_id_token IS NOT NULL AND national_id_token IS NOT NULL
UNION
SELECT DISTINCT foreign_id_token::VARCHAR, new_national_id_token::VARCHAR
FROM f05_foreigner_nationality
WHERE foreign_id_token IS NOT NULL AND new_national_id_token IS NOT NULL
