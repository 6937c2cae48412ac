-- One row is a national-ID token that is somebody's, numbered for the alias graph: tokens with a
-- supported signature, and tokens that the register names as an earlier or later number. Missing:
-- polluted tokens, and tokens that stand only in other roles (a landlord, a head of household).
SELECT
    national_id_token,
    row_number() OVER (ORDER BY national_id_token) AS token_no
FROM (
    SELECT national_id_token FROM token_support
    WHERE support IN ('name', 'birth_date', 'no_name')
    UNION
    SELECT previous_national_id_token FROM f01_person_identity
    UNION
    SELECT new_national_id_token FROM f05_foreigner_nationality
)
WHERE national_id_token IS NOT NULL
ORDER BY national_id_token
