-- One row is an identity signature of which senders say more or fewer rows than on the night that is
-- gone on from; row_count is the difference, and the values are the same on both nights, since the
-- signature is made of them. Missing: document types that are the same on both nights, and signatures with
-- as many rows as before. Identity zone: never written to the disk.
SELECT
    signature_id,
    any_value(national_id_token) AS national_id_token,
    any_value(full_name) AS full_name,
    any_value(birth_date) AS birth_date,
    any_value(sex) AS sex,
    any_value(nationality) AS nationality,
    any_value(address) AS address,
    CAST(NULL AS VARCHAR) AS phone,
    any_value(institution_group) AS institution_group,
    CAST(sum(row_count) AS BIGINT) AS row_count
FROM (
    SELECT * FROM signature_part
    UNION ALL BY NAME
    SELECT * REPLACE (-row_count AS row_count) FROM former_part
) AS part
WHERE national_id_token IS NOT NULL OR full_name IS NOT NULL
GROUP BY signature_id
HAVING sum(row_count) <> 0
ORDER BY signature_id
