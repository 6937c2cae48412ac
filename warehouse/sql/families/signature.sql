-- One row is one distinct identity signature: the identifying values with which a sender spoke of
-- a person. Missing: rows that name nobody (neither number nor name). No source wins: signatures
-- of one person differ, and the person index says which belong together. Identity zone: this
-- table holds names and addresses and is never released.
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
FROM signature_part
WHERE national_id_token IS NOT NULL OR full_name IS NOT NULL
GROUP BY signature_id
ORDER BY signature_id
