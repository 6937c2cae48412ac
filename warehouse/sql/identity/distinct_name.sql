-- One row is a name as some sender wrote it. Missing: signatures without a name.
SELECT DISTINCT full_name
FROM signature
WHERE full_name IS NOT NULL
ORDER BY full_name
