-- One row is a row of the family register between two people, both by their person ID (relative_id is
-- null where the index does not know the relative, or the register gives no number).
-- Missing: rows about people whom the index does not know, and rows dated after the night.
-- Which source wins: none; every register's word stands. Not sorted: only the steps after it read it.
SELECT
    person_index.person_id, relative.person_id AS relative_id, told.relation, told.event,
    told.effective_on, told.ended_on, told.made_at,
    told.document_type, told.delivery_id, told.line
FROM f03_family_relation AS told
INNER JOIN person_index ON person_index.signature_id = told.signature_id
LEFT JOIN person_token AS relative
    ON relative.national_id_token = told.relative_national_id_token
CROSS JOIN night
WHERE told.effective_on IS NULL OR told.effective_on <= night.as_of
