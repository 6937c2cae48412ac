-- One row is a reason and how many people of the index it explains: 'member' of a registered
-- household on the night's date, or why not. Every person is counted once, under the first reason
-- that holds, in the order of the code below. Nobody is missing.
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
    WHERE f.document_type LIKE 'I01-F02-%'
    GROUP BY i.person_id
),

placed AS (
    SELECT DISTINCT person_id FROM household_member
)

SELECT reason, count(*) AS people
FROM (
    SELECT
        CASE
            WHEN m.person_id IS NOT NULL THEN 'member'
            WHEN p.death_date <= (SELECT as_of FROM night) THEN 'dead'
            WHEN s.is_cancelled THEN 'registration_cancelled'
            WHEN s.is_unknown THEN 'unknown_residence'
            WHEN s.is_overseas THEN 'overseas'
            WHEN x.person_id IS NOT NULL THEN 'moved_out'
            WHEN p.is_foreign THEN 'foreigner'
            ELSE 'not_in_register'
        END AS reason
    FROM person AS p
    LEFT JOIN current_member AS m USING (person_id)
    LEFT JOIN status AS s USING (person_id)
    LEFT JOIN placed AS x USING (person_id)
)
GROUP BY reason
ORDER BY reason
