-- One row: a person's vehicles on the night's date, by how welfare law counts them (won).
-- general_rate_amount: small engine and old or of little value; full_rate_amount: all others;
-- excluded_amount: used by a person with a disability, below the same engine size;
-- luxury_amount: what the basic pension counts in full.
-- Who is missing: people without a vehicle. Which source wins: the vehicle register (A37).
WITH threshold AS (
    SELECT
        max(CASE WHEN parameter = 'vehicle_general_rate' AND key = 'engine_cc' THEN amount END)
            AS engine_cc,
        max(CASE WHEN parameter = 'vehicle_general_rate' AND key = 'age_years' THEN amount END)
            AS age_years,
        max(CASE WHEN parameter = 'vehicle_general_rate' AND key = 'value_won' THEN amount END)
            AS value_won,
        max(CASE WHEN parameter = 'basic_pension_luxury_vehicle' THEN amount END) AS luxury_won
    FROM parameter_in_force
),
treated AS (
    SELECT
        asset_item.person_id,
        asset_item.amount,
        asset_item.amount >= threshold.luxury_won AS is_luxury,
        CASE
            WHEN f23_vehicle.disability_use AND f23_vehicle.engine_cc < threshold.engine_cc
                THEN 'excluded'
            WHEN f23_vehicle.engine_cc < threshold.engine_cc
                AND (
                    extract(YEAR FROM night.as_of) - f23_vehicle.model_year >= threshold.age_years
                    OR asset_item.amount < threshold.value_won
                )
                THEN 'general'
            ELSE 'full'
        END AS treatment
    FROM asset_item
    CROSS JOIN night
    CROSS JOIN threshold
    INNER JOIN f23_vehicle
        ON f23_vehicle.delivery_id = asset_item.delivery_id AND f23_vehicle.line = asset_item.line
    WHERE asset_item.figure = 'vehicle'
)
SELECT
    person_id,
    CAST(sum(CASE WHEN treatment = 'full' THEN amount ELSE 0 END) AS BIGINT) AS full_rate_amount,
    CAST(sum(CASE WHEN treatment = 'general' THEN amount ELSE 0 END) AS BIGINT)
        AS general_rate_amount,
    CAST(sum(CASE WHEN treatment = 'excluded' THEN amount ELSE 0 END) AS BIGINT)
        AS excluded_amount,
    CAST(sum(CASE WHEN is_luxury THEN amount ELSE 0 END) AS BIGINT) AS luxury_amount
FROM treated
GROUP BY person_id
ORDER BY person_id
