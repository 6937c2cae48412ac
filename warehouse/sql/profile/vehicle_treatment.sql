-- One row: a vehicle of a person on the night's date, and what welfare law makes of it (won).
--   is_general_rate: small and old or of little value, so that it converts at the general rate;
--   is_general_rate_of_large_unit: so, too, if the assistance unit is large; else it counts in full;
--   exclusion: why one such vehicle of the owner does not count ('disability_or_veteran', 'for_a_living');
--   is_luxury: counted in full by the basic pension.
-- Age is by year of model. A passenger car of unknown engine size counts in full.
-- Who is missing: people without a vehicle. Which source wins: the vehicle register (A37).
WITH threshold AS (
    SELECT
        max(CASE WHEN parameter = 'vehicle_general_rate' AND key = 'engine_cc' THEN amount END)
            AS engine_cc,
        max(CASE WHEN parameter = 'vehicle_general_rate' AND key = 'age_years' THEN amount END)
            AS age_years,
        max(CASE WHEN parameter = 'vehicle_general_rate' AND key = 'value_won' THEN amount END)
            AS value_won,
        max(CASE WHEN parameter = 'vehicle_general_rate' AND key = 'large_engine_cc' THEN amount END)
            AS large_engine_cc,
        max(CASE WHEN parameter = 'vehicle_general_rate' AND key = 'large_seats' THEN amount END)
            AS large_seats,
        max(CASE WHEN parameter = 'vehicle_small_carrier' AND key = 'van_seats' THEN amount END)
            AS van_seats,
        max(
            CASE WHEN parameter = 'vehicle_small_carrier' AND key = 'truck_engine_cc' THEN amount END
        ) AS truck_engine_cc,
        max(CASE WHEN parameter = 'vehicle_excluded' AND key = 'engine_cc' THEN amount END)
            AS excluded_engine_cc,
        max(CASE WHEN parameter = 'vehicle_excluded' AND key = 'veteran_grade' THEN amount END)
            AS veteran_grade,
        max(CASE WHEN parameter = 'basic_pension_luxury_vehicle' THEN amount END) AS luxury_won
    FROM parameter_in_force
),
described AS (
    SELECT
        asset_item.person_id,
        asset_item.item_key,
        asset_item.amount,
        f23_vehicle.engine_cc,
        f23_vehicle.seats,
        coalesce(f23_vehicle.vehicle_class, 'passenger') AS vehicle_class,
        coalesce(f23_vehicle.use, 'private') AS vehicle_use,
        extract(YEAR FROM night.as_of) - f23_vehicle.model_year >= threshold.age_years
        OR asset_item.amount < threshold.value_won AS is_old_or_cheap,
        coalesce(f23_vehicle.disability_use, FALSE)
        OR coalesce(circumstance.is_severely_disabled, FALSE)
        OR coalesce(circumstance.veteran_grade <= threshold.veteran_grade, FALSE)
            AS is_of_disabled_or_veteran
    FROM asset_item
    CROSS JOIN night
    CROSS JOIN threshold
    INNER JOIN f23_vehicle
        ON f23_vehicle.delivery_id = asset_item.delivery_id AND f23_vehicle.line = asset_item.line
    LEFT JOIN person_circumstance AS circumstance
        ON circumstance.person_id = asset_item.person_id
    WHERE asset_item.figure = 'vehicle' AND asset_item.use = 'used'
)
SELECT
    described.person_id,
    described.item_key,
    described.amount,
    coalesce(
        described.is_old_or_cheap
        AND CASE
            WHEN described.vehicle_class IN ('van', 'charter_bus')
                THEN described.seats <= threshold.van_seats
            WHEN described.vehicle_class IN ('truck', 'truck_owner_driver', 'truck_company')
                THEN described.engine_cc < threshold.truck_engine_cc
            ELSE described.engine_cc < threshold.engine_cc
        END,
        FALSE
    ) AS is_general_rate,
    coalesce(
        described.is_old_or_cheap
        AND described.vehicle_class = 'passenger'
        AND described.engine_cc >= threshold.engine_cc
        AND described.engine_cc < threshold.large_engine_cc
        AND described.seats >= threshold.large_seats,
        FALSE
    ) AS is_general_rate_of_large_unit,
    CASE
        WHEN described.vehicle_use = 'commercial' THEN 'for_a_living'
        WHEN described.is_of_disabled_or_veteran
            AND described.engine_cc < threshold.excluded_engine_cc
            THEN 'disability_or_veteran'
    END AS exclusion,
    coalesce(described.amount >= threshold.luxury_won, FALSE) AS is_luxury
FROM described
CROSS JOIN threshold
ORDER BY described.person_id, described.item_key
