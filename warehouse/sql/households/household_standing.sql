-- One row is a person of the index and how they stand towards the registered households on the
-- night's date: 'member', or why not, under the first reason that holds in the order of the code
-- below. Nobody is missing. Which source wins: the resident register.
WITH current_member AS (
    SELECT DISTINCT person_id
    FROM household_member
    WHERE
        (valid_from IS NULL OR valid_from <= (SELECT as_of FROM night))
        AND (valid_to IS NULL OR valid_to >= (SELECT as_of FROM night))
),

status AS (
    SELECT
        i.person_id,
        bool_or(f.registration_status LIKE 'cancelled%') AS is_cancelled,
        bool_or(f.registration_status LIKE '%unknown_residence') AS is_unknown,
        bool_or(f.registration_status LIKE 'overseas%') AS is_overseas
    FROM f02_resident_household_address AS f
    JOIN person_index AS i USING (signature_id)
    WHERE
        f.document_type LIKE 'I01-F02-%'
        AND (
            f.registration_status LIKE 'cancelled%'
            OR f.registration_status LIKE '%unknown_residence'
            OR f.registration_status LIKE 'overseas%'
        )
    GROUP BY i.person_id
),

placed AS (
    SELECT DISTINCT person_id FROM household_member
)

SELECT
    p.person_id,
    CASE
        WHEN p.death_date <= (SELECT as_of FROM night) THEN 'dead'
        WHEN m.person_id IS NOT NULL THEN 'member'
        WHEN s.is_cancelled THEN 'registration_cancelled'
        WHEN s.is_unknown THEN 'unknown_residence'
        WHEN s.is_overseas THEN 'overseas'
        WHEN x.person_id IS NOT NULL THEN 'moved_out'
        WHEN p.is_foreign THEN 'foreigner'
        ELSE 'not_in_register'
    END AS standing
FROM person AS p
LEFT JOIN current_member AS m USING (person_id)
LEFT JOIN status AS s USING (person_id)
LEFT JOIN placed AS x USING (person_id)
ORDER BY p.person_id
