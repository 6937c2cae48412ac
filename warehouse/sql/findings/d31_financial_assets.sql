-- One row: one piece of evidence that a unit on livelihood benefit held, in a month of its payment,
-- clearly more financial assets than the payment leaves room for. The finding is about the member who
-- holds most.
-- The most that it leaves room for: the reserve for daily life, what of the basic property deduction
-- and of debts the unit's other property does not use up, and what converts, at the rate for
-- financial assets, to the room that public pensions and benefits leave (livelihood_room). All of it
-- is given to financial assets, in the unit's favour.
-- A holding stands for a month where its newest report is at most valid_months old; a month is judged only
-- if at least one report of the unit was made as of that month.
-- Who is missing: people paid apart from the unit that the law forms, and units whose region has no
-- basic property deduction.
-- Which source wins: of one holding the newest report up to the month's end (financial_holding).
WITH judged AS (
    SELECT DISTINCT room.household_id, room.month, room.paid_amount, room.unexplained_amount
    FROM livelihood_room AS room
    INNER JOIN financial_holding AS holding
        ON holding.household_id = room.household_id
        AND holding.as_of >= room.month
        AND holding.as_of <= last_day(room.month)
),
standing AS (
    SELECT
        judged.household_id,
        judged.month,
        holding.person_id,
        holding.amount,
        holding.as_of,
        holding.document_type,
        holding.delivery_id,
        holding.line,
        row_number() OVER (
            PARTITION BY judged.household_id, judged.month, holding.person_id, holding.holding_key
            ORDER BY holding.as_of DESC
        ) AS place
    FROM judged
    CROSS JOIN d31_setting AS setting
    INNER JOIN financial_holding AS holding
        ON holding.household_id = judged.household_id
        AND holding.as_of <= last_day(judged.month)
        AND date_diff('month', holding.as_of, judged.month) < setting.valid_months
),
by_person AS (
    SELECT household_id, month, person_id, CAST(sum(amount) AS BIGINT) AS amount
    FROM standing
    WHERE place = 1
    GROUP BY household_id, month, person_id
),
by_unit AS (
    SELECT household_id, month, CAST(sum(amount) AS BIGINT) AS amount
    FROM by_person
    GROUP BY household_id, month
),
holder AS (
    SELECT
        household_id,
        month,
        person_id,
        row_number() OVER (
            PARTITION BY household_id, month ORDER BY amount DESC, person_id
        ) AS place
    FROM by_person
),
rate AS (
    SELECT
        max(CASE WHEN parameter = 'living_reserve' THEN amount END) AS living_reserve,
        max(CASE WHEN parameter = 'asset_conversion_rate' AND key = 'financial' THEN amount END)
            AS financial_ppm
    FROM parameter_in_force
),
-- What the unit's other property leaves of its deduction. Older regions of the law have other keys.
deduction AS (
    SELECT
        means.household_id,
        greatest(
            basic.amount + means.debt_amount - means.residential_amount - means.general_amount, 0
        ) AS left_amount
    FROM household_means AS means
    INNER JOIN parameter_in_force AS basic
        ON basic.parameter = 'basic_property_deduction' AND basic.key = means.property_region
),
compared AS (
    SELECT
        judged.household_id,
        judged.month,
        judged.paid_amount,
        by_unit.amount,
        rate.financial_ppm,
        rate.living_reserve + deduction.left_amount
        + judged.unexplained_amount * 1000000 // rate.financial_ppm AS limit_amount
    FROM judged
    CROSS JOIN rate
    INNER JOIN deduction ON deduction.household_id = judged.household_id
    INNER JOIN by_unit
        ON by_unit.household_id = judged.household_id AND by_unit.month = judged.month
),
compared_month AS (
    SELECT
        compared.household_id,
        holder.person_id,
        compared.month AS first_month,
        compared.month,
        least(
            compared.paid_amount,
            (compared.amount - compared.limit_amount) * compared.financial_ppm // 1000000
        ) AS amount,
        -- In steps, so that a bank that answers late changes no finding.
        'financial assets of at least '
        || CAST(compared.amount // setting.step_amount * setting.step_amount AS VARCHAR)
        || '; paid ' || CAST(compared.paid_amount AS VARCHAR) AS statement
    FROM compared
    CROSS JOIN d31_setting AS setting
    INNER JOIN holder
        ON holder.household_id = compared.household_id
        AND holder.month = compared.month
        AND holder.place = 1
    WHERE compared.amount
        > compared.limit_amount + compared.limit_amount * setting.tolerance_ppm // 1000000
),
reason AS (
    SELECT
        compared_month.person_id,
        compared_month.month,
        'holding' AS role,
        standing.document_type,
        standing.delivery_id,
        standing.line
    FROM compared_month
    INNER JOIN standing
        ON standing.household_id = compared_month.household_id
        AND standing.month = compared_month.month
        AND standing.place = 1
),
{{livelihood_rows}}
