-- One row: one piece of evidence that a member of a unit on livelihood benefit is the usual driver, by its
-- insurance, of a private vehicle that somebody outside the unit and its household owns.
-- The insurance was in force when the month began. It may well be a relative's or an employer's car: the
-- rule only counts.
-- Who is missing: vehicles for a living, vehicles of companies, and of owners with a severe disability,
-- whose carers drive; drivers whom the insurance does not name by a national ID; a vehicle that the
-- register already shows as the unit's own (the insurer's list is late).
-- Which source wins: the newest list of insurances (I05-F23-04).
WITH lent AS (
    SELECT
        driver.person_id,
        owner.person_id AS owner_id,
        f23_vehicle.vehicle_no,
        f23_vehicle.insured_from,
        f23_vehicle.insured_to,
        f23_vehicle.document_type,
        f23_vehicle.delivery_id,
        f23_vehicle.line
    FROM f23_vehicle
    INNER JOIN person_token AS driver
        ON driver.national_id_token = f23_vehicle.usual_driver_national_id_token
    INNER JOIN person_index AS owner ON owner.signature_id = f23_vehicle.signature_id
    LEFT JOIN person_circumstance AS circumstance ON circumstance.person_id = owner.person_id
    WHERE f23_vehicle.document_type = 'I05-F23-04'
        AND f23_vehicle.vehicle_no IS NOT NULL
        AND f23_vehicle.insured_from IS NOT NULL
        AND coalesce(f23_vehicle.use, 'private') = 'private'
        AND owner.person_id <> driver.person_id
        AND NOT coalesce(circumstance.is_severely_disabled, FALSE)
),
driven AS (
    SELECT room.household_id, room.month, room.paid_amount, lent.*
    FROM lent
    INNER JOIN livelihood_work_room AS room
        ON room.person_id = lent.person_id
        AND lent.insured_from <= room.month
        AND (lent.insured_to IS NULL OR lent.insured_to >= room.month)
),
own_home AS (
    SELECT DISTINCT driven.household_id, 'unit' AS home_kind, unit.household_id AS home_id
    FROM driven
    INNER JOIN assistance_unit_member AS unit ON unit.person_id = driven.person_id
    UNION ALL
    SELECT DISTINCT driven.household_id, 'household', stay.household_id
    FROM driven
    INNER JOIN household_member AS stay
        ON stay.person_id = driven.person_id AND stay.valid_to IS NULL
),
own_people AS (
    SELECT own_home.household_id, member.person_id
    FROM own_home
    INNER JOIN assistance_unit_member AS member ON member.household_id = own_home.home_id
    WHERE own_home.home_kind = 'unit'
    UNION
    SELECT own_home.household_id, stay.person_id
    FROM own_home
    INNER JOIN household_member AS stay
        ON stay.household_id = own_home.home_id AND stay.valid_to IS NULL
    WHERE own_home.home_kind = 'household'
),
own_vehicle AS (
    SELECT own_people.household_id, item.item_key
    FROM own_people
    INNER JOIN asset_item AS item
        ON item.person_id = own_people.person_id AND item.figure = 'vehicle' AND item.use = 'used'
),
strange AS (
    SELECT driven.*
    FROM driven
    LEFT JOIN own_people
        ON own_people.household_id = driven.household_id
        AND own_people.person_id = driven.owner_id
    LEFT JOIN own_vehicle
        ON own_vehicle.household_id = driven.household_id
        AND own_vehicle.item_key = driven.vehicle_no
    WHERE own_people.person_id IS NULL AND own_vehicle.item_key IS NULL
),
compared_month AS (
    SELECT
        household_id,
        person_id,
        month AS first_month,
        month,
        CAST(NULL AS BIGINT) AS amount,
        'drives a vehicle of another since ' || CAST(min(insured_from) AS VARCHAR)
        || '; paid ' || CAST(max(paid_amount) AS VARCHAR) AS statement
    FROM strange
    GROUP BY household_id, person_id, month
),
reason AS (
    SELECT person_id, month, 'insurance' AS role, document_type, delivery_id, line
    FROM strange
),
{{livelihood_rows}}
