-- One row: one piece of evidence that a unit on livelihood benefit kept, in a month of its payment,
-- vehicles that count in full (large, or neither old nor of little value) and are worth more than the
-- payment leaves room for; or several cars, none of which an exception covers. The finding is about the
-- member who owns the one worth most.
-- A vehicle counts from settling_months after the month of its registration, so that an old car that a
-- new one replaces is struck off in the meantime. Every vehicle under an exception (disability, merit,
-- a living) is left out, also where the law allows one only.
-- Who is missing: luxury cars beside the basic pension, which its recognised income shows; vehicles that
-- left the register. Which source wins: the vehicle register (vehicle_treatment).
WITH large_unit AS (
    SELECT
        max(CASE WHEN parameter = 'minor_last_age' THEN amount END) AS minor_last_age,
        max(
            CASE WHEN parameter = 'vehicle_general_rate' AND key = 'large_unit_size' THEN amount END
        ) AS least_size,
        max(
            CASE WHEN parameter = 'vehicle_general_rate' AND key = 'large_unit_minors' THEN amount END
        ) AS least_minors
    FROM parameter_in_force
),
unit AS (
    SELECT
        room.household_id,
        room.month,
        max(room.members) >= max(large_unit.least_size)
        OR sum(CASE WHEN circumstance.age_years <= large_unit.minor_last_age THEN 1 ELSE 0 END)
        >= max(large_unit.least_minors) AS is_large
    FROM livelihood_room AS room
    CROSS JOIN large_unit
    INNER JOIN livelihood_work_room AS member
        ON member.household_id = room.household_id AND member.month = room.month
    INNER JOIN person_circumstance AS circumstance ON circumstance.person_id = member.person_id
    GROUP BY room.household_id, room.month
),
vehicle AS (
    SELECT
        room.household_id,
        room.person_id,
        room.month,
        item.item_key,
        item.amount,
        NOT (
            treatment.is_general_rate
            OR (treatment.is_general_rate_of_large_unit AND unit.is_large)
        ) AS is_in_full,
        f23_vehicle.vehicle_class = 'passenger'
        AND coalesce(f23_vehicle.use, 'private') = 'private' AS is_private_car,
        item.document_type,
        item.delivery_id,
        item.line
    FROM livelihood_work_room AS room
    CROSS JOIN d34_setting AS setting
    INNER JOIN unit ON unit.household_id = room.household_id AND unit.month = room.month
    INNER JOIN vehicle_treatment AS treatment
        ON treatment.person_id = room.person_id AND treatment.exclusion IS NULL
    INNER JOIN asset_item AS item
        ON item.person_id = treatment.person_id
        AND item.item_key = treatment.item_key
        AND item.figure = 'vehicle'
        AND item.use = 'used'
    INNER JOIN f23_vehicle
        ON f23_vehicle.delivery_id = item.delivery_id AND f23_vehicle.line = item.line
    WHERE f23_vehicle.registered_on IS NULL
        OR date_diff('month', f23_vehicle.registered_on, room.month) >= setting.settling_months
),
by_unit AS (
    SELECT
        household_id,
        month,
        count(DISTINCT CASE WHEN is_private_car THEN item_key END) AS cars,
        CAST(sum(CASE WHEN is_in_full THEN amount ELSE 0 END) AS BIGINT) AS full_amount
    FROM vehicle
    GROUP BY household_id, month
),
owner AS (
    SELECT
        household_id,
        month,
        person_id,
        row_number() OVER (
            PARTITION BY household_id, month
            ORDER BY CASE WHEN is_in_full THEN 0 ELSE 1 END, amount DESC, person_id, item_key
        ) AS place
    FROM vehicle
),
compared_month AS (
    SELECT
        room.household_id,
        owner.person_id,
        room.month AS first_month,
        room.month,
        CASE
            WHEN by_unit.full_amount > room.room_amount
                THEN least(room.paid_amount, by_unit.full_amount - room.room_amount)
        END AS amount,
        CASE
            WHEN by_unit.full_amount > room.room_amount + setting.tolerance_amount
                THEN 'vehicle counted in full'
            ELSE 'cars ' || CAST(by_unit.cars AS VARCHAR)
        END || '; paid ' || CAST(room.paid_amount AS VARCHAR) AS statement
    FROM livelihood_room AS room
    CROSS JOIN d34_setting AS setting
    INNER JOIN by_unit
        ON by_unit.household_id = room.household_id AND by_unit.month = room.month
    INNER JOIN owner
        ON owner.household_id = room.household_id
        AND owner.month = room.month
        AND owner.place = 1
    WHERE by_unit.full_amount > room.room_amount + setting.tolerance_amount
        OR by_unit.cars >= setting.many_vehicles
),
reason AS (
    SELECT
        compared_month.person_id,
        compared_month.month,
        'vehicle' AS role,
        vehicle.document_type,
        vehicle.delivery_id,
        vehicle.line
    FROM compared_month
    INNER JOIN vehicle
        ON vehicle.household_id = compared_month.household_id
        AND vehicle.month = compared_month.month
),
{{livelihood_rows}}
