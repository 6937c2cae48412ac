-- One row is a living person and the registered household and address at which they are registered
-- on the night's date. One household and one address a person: the latest move-in wins, and of several
-- spellings of an address the one of the monthly file, else that of the latest delivery.
-- Missing: people in no registered household who have no address of their own in the resident
-- register either. Which source wins: the resident register (I01-F02) is the only one.
-- Not sorted: only the steps after it read it.
WITH home AS (
    SELECT
        household_member.*,
        row_number() OVER (
            PARTITION BY household_member.person_id
            ORDER BY household_member.valid_from DESC NULLS LAST, household_member.household_id
        ) AS place
    FROM household_member
    CROSS JOIN night
    WHERE (household_member.valid_from IS NULL OR household_member.valid_from <= night.as_of)
        AND (household_member.valid_to IS NULL OR household_member.valid_to >= night.as_of)
),
address AS (
    SELECT
        person_index.person_id, told.address_key, told.legal_dong_code, told.moved_in_on AS valid_from,
        told.document_type, told.delivery_id, told.line,
        row_number() OVER (
            PARTITION BY person_index.person_id
            ORDER BY
                told.moved_out_on NULLS FIRST,
                told.moved_in_on DESC NULLS LAST,
                CASE told.document_type WHEN 'I01-F02-01' THEN 0 ELSE 1 END,
                told.made_at DESC, told.document_type, told.delivery_id DESC, told.line DESC
        ) AS place
    FROM f02_resident_household_address AS told
    CROSS JOIN night
    INNER JOIN person_index ON person_index.signature_id = told.signature_id
    WHERE told.document_type LIKE 'I01-F02-%'
        AND told.document_type NOT IN ('I01-F02-05', 'I01-F02-06', 'I01-F02-08')
        AND told.address_key IS NOT NULL
        AND coalesce(told.registration_status, 'resident') NOT LIKE 'cancelled%'
        AND (told.moved_in_on IS NULL OR told.moved_in_on <= night.as_of)
        AND (told.moved_out_on IS NULL OR told.moved_out_on > night.as_of)
),
-- Members of a household live at its address, however the rows of each spell it.
of_household AS (
    SELECT
        home.household_id, address.address_key,
        row_number() OVER (
            PARTITION BY home.household_id
            ORDER BY count(*) DESC, max(address.valid_from) DESC NULLS LAST, address.address_key
        ) AS place
    FROM home
    INNER JOIN address ON address.person_id = home.person_id AND address.place = 1
    WHERE home.place = 1
    GROUP BY home.household_id, address.address_key
)
SELECT
    person.person_id,
    home.household_id,
    home.head_person_id,
    home.relation_to_head,
    coalesce(of_household.address_key, address.address_key) AS address_key,
    coalesce(household.legal_dong_code, address.legal_dong_code) AS legal_dong_code,
    coalesce(home.valid_from, address.valid_from) AS valid_from,
    coalesce(home.document_type, address.document_type) AS document_type,
    coalesce(home.delivery_id, address.delivery_id) AS delivery_id,
    coalesce(home.line, address.line) AS line
FROM person
CROSS JOIN night
LEFT JOIN home ON home.person_id = person.person_id AND home.place = 1
LEFT JOIN household ON household.household_id = home.household_id
LEFT JOIN of_household
    ON of_household.household_id = home.household_id AND of_household.place = 1
LEFT JOIN address ON address.person_id = person.person_id AND address.place = 1
INNER JOIN household_standing ON household_standing.person_id = person.person_id
WHERE (person.death_date IS NULL OR person.death_date > night.as_of)
    AND household_standing.standing NOT IN ('registration_cancelled', 'dead')
    AND (home.person_id IS NOT NULL OR address.person_id IS NOT NULL)
