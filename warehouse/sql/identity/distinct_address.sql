-- One row is an address as some sender wrote it. Missing: signatures without an address.
SELECT DISTINCT address
FROM signature
WHERE address IS NOT NULL
ORDER BY address
