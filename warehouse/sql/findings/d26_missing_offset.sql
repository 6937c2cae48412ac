-- One row: one piece of evidence that a benefit which counts as income of the livelihood benefit was not
-- counted: for two months in a row a unit was paid more of the livelihood benefit than the other
-- benefit leaves room for (livelihood_room).
-- The smaller of the two months is compared, so that arrears of one month say nothing. Of a benefit
-- that counts in part, only the share that counts is compared (d26_programme).
-- Who is missing: the first month of the other benefit, which is counted from the next one; units
-- whose payment is right for the whole registered unit, also members not counted tonight (other rules
-- ask about them); units without a known threshold; income other than benefits (other rules).
-- Which source wins: payments after reversals; of two payers of one benefit the larger payment, since the
-- second is another rule's question. The finding is its who is paid the livelihood benefit.
WITH received AS (
    SELECT
        benefit_received.person_id,
        benefit_received.programme_code,
        benefit_received.month,
        max(benefit_received.amount) AS amount
    FROM benefit_received
    INNER JOIN programme_interaction AS interaction
        ON interaction.programme_code = benefit_received.programme_code
        AND interaction.kind = 'counted_as_income_in'
        AND interaction.other = 'P001'
    WHERE benefit_received.amount > 0
    GROUP BY benefit_received.person_id, benefit_received.programme_code, benefit_received.month
),
counted AS (
    SELECT
        unit.household_id,
        received.month,
        received.programme_code,
        CAST(sum(received.amount * offset_of.counted_ppm // 1000000) AS BIGINT) AS counted_amount
    FROM received
    INNER JOIN d26_programme AS offset_of ON offset_of.programme_code = received.programme_code
    INNER JOIN assistance_unit_member AS unit
        ON unit.person_id = received.person_id AND unit.is_counted
    GROUP BY unit.household_id, received.month, received.programme_code
),
payee AS (
    SELECT
        unit.household_id,
        benefit_received.month,
        benefit_received.person_id,
        benefit_received.document_type,
        benefit_received.delivery_id,
        benefit_received.line,
        row_number() OVER (
            PARTITION BY unit.household_id, benefit_received.month
            ORDER BY benefit_received.amount DESC, benefit_received.person_id
        ) AS place
    FROM benefit_received
    INNER JOIN assistance_unit_member AS unit ON unit.person_id = benefit_received.person_id
    WHERE benefit_received.programme_code = 'P001' AND benefit_received.amount > 0
),
whole_unit AS (
    SELECT household_id, CAST(count(*) AS VARCHAR) AS members
    FROM assistance_unit_member
    GROUP BY household_id
),
held AS (
    SELECT
        counted.household_id,
        counted.month,
        counted.programme_code,
        counted.counted_amount,
        greatest(
            room.room_amount, coalesce(threshold.amount - room.paid_amount, 0)
        ) AS room_amount,
        room.paid_amount
    FROM counted
    INNER JOIN whole_unit ON whole_unit.household_id = counted.household_id
    LEFT JOIN parameter_value AS threshold
        ON threshold.parameter = 'livelihood_threshold'
        AND threshold.key = whole_unit.members
        AND threshold.valid_from <= counted.month
        AND (threshold.valid_to IS NULL OR threshold.valid_to >= counted.month)
    INNER JOIN livelihood_room AS room
        ON room.household_id = counted.household_id AND room.month = counted.month
),
excess AS (
    SELECT
        second.household_id,
        second.programme_code,
        first.month AS first_month,
        second.month,
        second.paid_amount,
        least(first.counted_amount, second.counted_amount) AS counted_amount,
        greatest(first.room_amount, second.room_amount) AS room_amount
    FROM held AS second
    INNER JOIN held AS first
        ON first.household_id = second.household_id
        AND first.programme_code = second.programme_code
        AND first.month = CAST(second.month - INTERVAL '1' MONTH AS DATE)
),
found AS (
    SELECT
        excess.household_id AS subject_id,
        payee.person_id,
        'P001' AS programme_code,
        excess.programme_code AS other_programme_code,
        excess.month AS period,
        excess.first_month AS first_period,
        excess.month AS last_period,
        least(excess.counted_amount - excess.room_amount, excess.paid_amount) AS amount_at_stake,
        'paid beside ' || CAST(excess.counted_amount AS VARCHAR)
        || '; room for ' || CAST(excess.room_amount AS VARCHAR) AS statement
    FROM excess
    CROSS JOIN d26_setting AS setting
    INNER JOIN payee
        ON payee.household_id = excess.household_id
        AND payee.month = excess.month
        AND payee.place = 1
    WHERE excess.counted_amount > excess.room_amount + setting.tolerance_amount
),
evidence AS (
    SELECT
        found.subject_id,
        found.programme_code,
        found.other_programme_code,
        found.period,
        'payment' AS role,
        payee.document_type,
        payee.delivery_id,
        payee.line
    FROM found
    INNER JOIN payee
        ON payee.household_id = found.subject_id
        AND payee.month IN (found.first_period, found.period)
    UNION ALL
    SELECT found.subject_id, found.programme_code, found.other_programme_code, found.period,
        'offset', benefit_received.document_type, benefit_received.delivery_id,
        benefit_received.line
    FROM found
    INNER JOIN assistance_unit_member AS unit
        ON unit.household_id = found.subject_id AND unit.is_counted
    INNER JOIN benefit_received
        ON benefit_received.person_id = unit.person_id
        AND benefit_received.programme_code = found.other_programme_code
        AND benefit_received.month IN (found.first_period, found.period)
)
{{finding_rows}}
