-- One row: a registered household whose people were paid livelihood benefit for a month: what they were
-- paid, and how much recognised income the payment leaves room for (won).
-- The income on which a payment rests is not sent to the hub. The benefit tops recognised income up to
-- the threshold for the unit's size, so that what was counted cannot be more than threshold − paid:
-- room_amount, an upper bound in the unit's favour. members is the largest size that the month allows:
-- who belongs to the unit of the household tonight, also if the law does not count them (the office may
-- not know yet that somebody was conscripted or imprisoned, and other rules ask about that), or lives
-- in the household of whoever is paid; who has left the household or died in or after the month. Where
-- two rows pay one household for one month, the larger one is taken: it is one benefit, and two payers
-- are another rule's question.
-- explained_amount is what monthly sources tell of public pensions and of benefits that count as income,
-- of the people of the household; unexplained_amount is the room that they leave.
-- The household is that of the payee (payee_id), because that is whom the office evidently looks at: a
-- child who is paid apart is judged apart, even if the law counts the child in the parents' unit.
-- Who is missing: payees in no household and no unit tonight, and sizes without a known threshold.
-- Which source wins: payments as in benefit_received, members as in assistance_unit_member.
WITH payment AS (
    SELECT person_id, month, amount, document_type, delivery_id, line
    FROM benefit_received
    WHERE programme_code = 'P001' AND amount > 0
),
home AS (
    SELECT payee.person_id, max(stay.household_id) AS household_id
    FROM (SELECT DISTINCT person_id FROM payment) AS payee
    CROSS JOIN night
    INNER JOIN household_member AS stay ON stay.person_id = payee.person_id
    WHERE (stay.valid_from IS NULL OR stay.valid_from <= night.as_of)
        AND (stay.valid_to IS NULL OR stay.valid_to >= night.as_of)
    GROUP BY payee.person_id
),
paid_row AS (
    SELECT
        coalesce(home.household_id, unit.household_id) AS household_id,
        payment.person_id AS payee_id,
        payment.month,
        payment.amount,
        payment.document_type,
        payment.delivery_id,
        payment.line,
        row_number() OVER (
            PARTITION BY coalesce(home.household_id, unit.household_id), payment.month
            ORDER BY payment.amount DESC, payment.delivery_id, payment.line
        ) AS place
    FROM payment
    LEFT JOIN home ON home.person_id = payment.person_id
    LEFT JOIN assistance_unit_member AS unit ON unit.person_id = payment.person_id
    WHERE home.household_id IS NOT NULL OR unit.household_id IS NOT NULL
),
unit_paid AS (
    SELECT * FROM paid_row WHERE place = 1
),
-- People who live in the household tonight and count in a unit, whichever it is.
resident AS (
    SELECT DISTINCT paid.household_id, stay.person_id
    FROM (SELECT DISTINCT household_id FROM unit_paid) AS paid
    CROSS JOIN night
    INNER JOIN household_member AS stay ON stay.household_id = paid.household_id
    INNER JOIN assistance_unit_member AS unit
        ON unit.person_id = stay.person_id AND unit.is_counted
    WHERE (stay.valid_from IS NULL OR stay.valid_from <= night.as_of)
        AND (stay.valid_to IS NULL OR stay.valid_to >= night.as_of)
),
present AS (
    SELECT unit_paid.household_id, unit_paid.month, unit.person_id
    FROM unit_paid
    INNER JOIN assistance_unit_member AS unit ON unit.household_id = unit_paid.household_id
    WHERE unit.is_counted OR unit.exclusion <> 'lodger'
    UNION
    SELECT unit_paid.household_id, unit_paid.month, resident.person_id
    FROM unit_paid
    INNER JOIN resident ON resident.household_id = unit_paid.household_id
    UNION
    SELECT household_id, month, payee_id FROM unit_paid
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
    SELECT resident.household_id, income.month, income.monthly_amount AS amount
    FROM income
    INNER JOIN profile_kind AS kind
        ON kind.income_asset_code = income.income_asset_code AND kind.figure = 'public_transfer'
    INNER JOIN resident ON resident.person_id = income.person_id
    WHERE income.status = 'known' AND income.monthly_amount > 0
    UNION ALL
    SELECT resident.household_id, received.month, max(received.amount)
    FROM benefit_received AS received
    INNER JOIN programme_interaction
        ON programme_interaction.programme_code = received.programme_code
        AND programme_interaction.kind = 'counted_as_income_in'
        AND programme_interaction.other = 'P001'
    INNER JOIN resident ON resident.person_id = received.person_id
    GROUP BY resident.household_id, received.person_id, received.programme_code, received.month
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
    unit_paid.payee_id,
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
