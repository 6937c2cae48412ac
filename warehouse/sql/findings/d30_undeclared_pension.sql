-- One row: one piece of evidence that a unit on livelihood benefit drew public pensions and transfers, in
-- two months in a row, of clearly more than its payment leaves room for (livelihood_room): they
-- were not counted. The finding is about the member who draws most.
-- Two months, because an office learns of a new pension with a delay, and a first payment may hold
-- arrears. Types that pay lump sums, and transfers that the law does not count (honours of war service,
-- tax credits, soldiers' savings), are not among the rule's inputs.
-- Who is missing: pensions that are suspended, deferred or ended, and the first month of a run.
-- Which source wins: none; pensions of all payers are added. At stake is the excess, at most the payment.
WITH stated AS (
    SELECT signature_id, CAST(date_trunc('month', period) AS DATE) AS month, amount,
        document_type, delivery_id, line
    FROM f15_public_pension_payment
    WHERE coalesce(payment_status, 'paying') IN ('paying', 'partly_suspended', 'reduced_for_work')
    UNION ALL
    SELECT signature_id, CAST(date_trunc('month', period) AS DATE), amount,
        document_type, delivery_id, line
    FROM f16_other_public_transfer
),
drawn AS (
    SELECT
        livelihood_resident.household_id,
        livelihood_resident.person_id,
        stated.month,
        stated.amount,
        stated.document_type,
        stated.delivery_id,
        stated.line
    FROM stated
    INNER JOIN rule_input
        ON rule_input.rule_id = 'D30' AND rule_input.input = stated.document_type
    INNER JOIN livelihood_resident ON livelihood_resident.signature_id = stated.signature_id
    WHERE stated.amount IS NOT NULL
),
by_person AS (
    SELECT household_id, person_id, month, CAST(sum(amount) AS BIGINT) AS amount
    FROM drawn
    GROUP BY household_id, person_id, month
),
by_unit AS (
    SELECT household_id, month, CAST(sum(amount) AS BIGINT) AS amount
    FROM by_person
    GROUP BY household_id, month
),
exceeded AS (
    SELECT
        room.household_id,
        room.month,
        room.paid_amount,
        room.room_amount,
        by_unit.amount
    FROM livelihood_room AS room
    CROSS JOIN d30_setting AS setting
    INNER JOIN by_unit
        ON by_unit.household_id = room.household_id AND by_unit.month = room.month
    WHERE by_unit.amount
        > room.room_amount
        + greatest(room.room_amount * setting.tolerance_ppm // 1000000, setting.tolerance_amount)
),
first_receiver AS (
    SELECT
        household_id,
        month,
        person_id,
        row_number() OVER (
            PARTITION BY household_id, month ORDER BY amount DESC, person_id
        ) AS place
    FROM by_person
),
compared_month AS (
    SELECT
        second.household_id,
        first_receiver.person_id,
        first.month AS first_month,
        second.month,
        least(second.paid_amount, second.amount - second.room_amount) AS amount,
        'pensions and transfers ' || CAST(second.amount AS VARCHAR)
        || '; paid ' || CAST(second.paid_amount AS VARCHAR) AS statement
    FROM exceeded AS second
    INNER JOIN exceeded AS first
        ON first.household_id = second.household_id
        AND first.month = CAST(second.month - INTERVAL '1' MONTH AS DATE)
    INNER JOIN first_receiver
        ON first_receiver.household_id = second.household_id
        AND first_receiver.month = second.month
        AND first_receiver.place = 1
),
reason AS (
    SELECT
        compared_month.person_id,
        compared_month.month,
        'pension' AS role,
        drawn.document_type,
        drawn.delivery_id,
        drawn.line
    FROM compared_month
    INNER JOIN drawn
        ON drawn.household_id = compared_month.household_id
        AND drawn.month IN (compared_month.month, compared_month.first_month)
),
{{livelihood_rows}}
