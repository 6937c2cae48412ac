-- One row: a month of which benefits are known, or the night's, and what the law of recognised income
-- takes off a wage in it: the rate (ppm, parts per million), the first deductions of groups (won) and the
-- ages that bound two of the groups. A member has the most favourable first deduction that applies.
-- Who is missing: months of which no parameter is known.
-- Which source wins: the parameters in force on the first day of the month.
SELECT
    known.month,
    max(CASE WHEN value.parameter = 'earned_income_deduction_rate' THEN value.amount END) AS deduction_ppm,
    max(CASE WHEN value.key = 'general' THEN value.amount END) AS general_first_amount,
    max(CASE WHEN value.key = 'young' THEN value.amount END) AS young_first_amount,
    max(CASE WHEN value.key = 'student' THEN value.amount END) AS student_first_amount,
    max(CASE WHEN value.key = 'disabled' THEN value.amount END) AS disabled_first_amount,
    max(CASE WHEN value.key = 'aged' THEN value.amount END) AS aged_first_amount,
    max(CASE WHEN value.parameter = 'young_earner_last_age' THEN value.amount END)
        AS young_last_age,
    max(CASE WHEN value.parameter = 'aged_earner_first_age' THEN value.amount END)
        AS aged_first_age
FROM (
    SELECT month
    FROM benefit_received
    UNION
    SELECT month
    FROM night
) AS known
INNER JOIN parameter_value AS value
    ON value.parameter IN (
        'earned_income_deduction_rate', 'earned_income_first_deduction',
        'young_earner_last_age', 'aged_earner_first_age'
    )
    AND value.valid_from <= known.month
    AND (value.valid_to IS NULL OR value.valid_to >= known.month)
GROUP BY known.month
ORDER BY known.month
