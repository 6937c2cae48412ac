-- One row: an assistance unit paid livelihood benefit for a month: what it was paid, and how much
-- recognised income the payment leaves room for (won).
-- The income on which a payment rests is not sent to the hub. The benefit tops recognised income up to
-- the threshold for the unit's size, so that what was counted cannot be more than threshold − paid:
-- room_amount, an upper bound in the unit's favour. members is the largest size that the month allows:
-- who is counted tonight, whose absence began in or after the month, and who has left the registered
-- household or died in or after it. Where two rows pay one unit for one month, the larger one is
-- taken: it is one benefit, and two payers are another rule's question.
-- explained_amount is what monthly sources tell of public pensions and of benefits that count as income;
-- unexplained_amount is the room that they leave.
-- Who is missing: units whose recipient is in no unit tonight, and sizes without a known threshold.
-- Which source wins: payments as in benefit_received, membership as in assistance_unit_member.
WITH paid_row AS (
    SELECT
        unit.household_id,
        benefit_received.month,
        benefit_received.amount,
        benefit_received.document_type,
        benefit_received.delivery_id,
        benefit_received.line,
        row_number() OVER (
            PARTITION BY unit.household_id, benefit_received.month
            ORDER BY benefit_received.amount DESC, benefit_received.delivery_id,
                benefit_received.line
        ) AS place
    FROM benefit_received
    INNER JOIN assistance_unit_member AS unit ON unit.person_id = benefit_received.person_id
    WHERE benefit_received.programme_code = 'P001' AND benefit_received.amount > 0
),
unit_paid AS (
    SELECT * FROM paid_row WHERE place = 1
),
present AS (
    SELECT unit_paid.household_id, unit_paid.month, unit.person_id
    FROM unit_paid
    INNER JOIN assistance_unit_member AS unit ON unit.household_id = unit_paid.household_id
    LEFT JOIN absence
        ON absence.person_id = unit.person_id AND absence.reason = unit.exclusion
    WHERE unit.is_counted OR absence.valid_from >= unit_paid.month
    UNION
    SELECT unit_paid.household_id, unit_paid.month, stay.person_id
    FROM unit_paid
    CROSS JOIN night
    INNER JOIN household_member AS stay ON stay.household_id = unit_paid.household_id
    LEFT JOIN person ON person.person_id = stay.person_id
    WHERE coalesce(stay.relation_to_head, '') <> 'cohabitant'
        AND (stay.valid_from IS NULL OR stay.valid_from <= last_day(unit_paid.month))
        AND (
            stay.valid_to BETWEEN unit_paid.month AND night.as_of
            OR person.death_date BETWEEN unit_paid.month AND night.as_of
        )
        AND (stay.valid_to IS NULL OR stay.valid_to >= unit_paid.month)
),
sized AS (
    SELECT household_id, month, count(*) AS members
    FROM present
    GROUP BY household_id, month
),
counted AS (
    SELECT unit.household_id, income.month, income.monthly_amount AS amount
    FROM income
    INNER JOIN profile_kind AS kind
        ON kind.income_asset_code = income.income_asset_code AND kind.figure = 'public_transfer'
    INNER JOIN assistance_unit_member AS unit
        ON unit.person_id = income.person_id AND unit.is_counted
    WHERE income.status = 'known' AND income.monthly_amount > 0
    UNION ALL
    SELECT unit.household_id, benefit_month.month, benefit_month.amount
    FROM benefit_month
    INNER JOIN programme_interaction
        ON programme_interaction.programme_code = benefit_month.programme_code
        AND programme_interaction.kind = 'counted_as_income_in'
        AND programme_interaction.other = 'P001'
    INNER JOIN assistance_unit_member AS unit
        ON unit.person_id = benefit_month.person_id AND unit.is_counted
),
explained AS (
    SELECT unit_paid.household_id, unit_paid.month, sum(counted.amount) AS amount
    FROM unit_paid
    INNER JOIN counted
        ON counted.household_id = unit_paid.household_id AND counted.month = unit_paid.month
    GROUP BY unit_paid.household_id, unit_paid.month
)
SELECT
    unit_paid.household_id,
    unit_paid.month,
    CAST(sized.members AS BIGINT) AS members,
    CAST(unit_paid.amount AS BIGINT) AS paid_amount,
    CAST(threshold.amount AS BIGINT) AS threshold_amount,
    CAST(greatest(threshold.amount - unit_paid.amount, 0) AS BIGINT) AS room_amount,
    CAST(coalesce(explained.amount, 0) AS BIGINT) AS explained_amount,
    CAST(
        greatest(threshold.amount - unit_paid.amount - coalesce(explained.amount, 0), 0) AS BIGINT
    ) AS unexplained_amount,
    unit_paid.document_type,
    unit_paid.delivery_id,
    unit_paid.line
FROM unit_paid
INNER JOIN sized
    ON sized.household_id = unit_paid.household_id AND sized.month = unit_paid.month
INNER JOIN parameter_value AS threshold
    ON threshold.parameter = 'livelihood_threshold'
    AND threshold.key = CAST(sized.members AS VARCHAR)
    AND threshold.valid_from <= unit_paid.month
    AND (threshold.valid_to IS NULL OR threshold.valid_to >= unit_paid.month)
LEFT JOIN explained
    ON explained.household_id = unit_paid.household_id AND explained.month = unit_paid.month
ORDER BY unit_paid.household_id, unit_paid.month
