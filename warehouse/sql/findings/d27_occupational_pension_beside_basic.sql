-- One row: one piece of evidence that the basic pension was paid for a month in which the person, or the
-- person's spouse, was paid an occupational pension (civil servants, private schools, military, special
-- post offices), which bars both of a couple.
-- Who is missing: holders of a divided or a linked pension, lump sums, pensions that began in the month,
-- older people who keep half the basic pension by the law's transition, and couples on whom registers
-- disagree.
-- Which source wins: any occupational pension; one's own is shown before the spouse's.
WITH paid AS (
    SELECT benefit_received.*
    FROM benefit_received
    INNER JOIN d27_programme ON d27_programme.programme_code = benefit_received.programme_code
),
pension_row AS (
    SELECT
        person_index.person_id,
        CAST(date_trunc('month', pension.period) AS DATE) AS month,
        coalesce(pension.amount, 0) AS amount,
        pension.document_type,
        pension.delivery_id,
        pension.line,
        sum(coalesce(pension.amount, 0)) OVER (
            PARTITION BY
                person_index.person_id,
                pension.document_type,
                CAST(date_trunc('month', pension.period) AS DATE)
        ) AS net_amount
    FROM f15_public_pension_payment AS pension
    INNER JOIN person_index ON person_index.signature_id = pension.signature_id
    WHERE pension.document_type IN (
            'I28-F15-01', 'I28-F15-02', 'I28-F15-03',
            'I29-F15-01', 'I29-F15-02', 'I29-F15-03',
            'I14-F15-01', 'I14-F15-02', 'I14-F15-03',
            'I30-F15-01', 'I30-F15-02'
        )
        AND pension.period IS NOT NULL
        AND coalesce(pension.payment_status, 'paying') NOT IN ('ended', 'deferred', 'preclaimed')
        AND (
            pension.entitled_from IS NULL
            OR pension.entitled_from < CAST(date_trunc('month', pension.period) AS DATE)
        )
        AND person_index.person_id IS NOT NULL
),
pension AS (
    SELECT *
    FROM pension_row
    WHERE net_amount > 0 AND amount > 0
),
holder AS (
    SELECT
        pension.person_id,
        'own' AS whose,
        pension.month,
        pension.document_type,
        pension.delivery_id,
        pension.line,
        CAST(NULL AS VARCHAR) AS tie_document_type,
        CAST(NULL AS VARCHAR) AS tie_delivery_id,
        CAST(NULL AS BIGINT) AS tie_line
    FROM pension
    UNION ALL
    SELECT couple.person_id, 'spouse', pension.month, pension.document_type,
        pension.delivery_id, pension.line, couple.document_type, couple.delivery_id, couple.line
    FROM couple
    INNER JOIN pension ON pension.person_id = couple.spouse_id
    WHERE couple.status <> 'conflict'
        AND (couple.valid_from IS NULL OR couple.valid_from < pension.month)
    UNION ALL
    SELECT couple.spouse_id, 'spouse', pension.month, pension.document_type,
        pension.delivery_id, pension.line, couple.document_type, couple.delivery_id, couple.line
    FROM couple
    INNER JOIN pension ON pension.person_id = couple.person_id
    WHERE couple.status <> 'conflict'
        AND (couple.valid_from IS NULL OR couple.valid_from < pension.month)
),
kept_amount AS (
    SELECT
        parameter_value.valid_from,
        parameter_value.valid_to,
        parameter_value.amount * setting.kept_share_ppm // 1000000 AS amount
    FROM parameter_value
    CROSS JOIN d27_setting AS setting
    WHERE parameter_value.parameter = 'basic_pension_amount' AND parameter_value.key = 'single'
),
barred AS (
    SELECT
        paid.*,
        holder.whose,
        holder.document_type AS pension_document_type,
        holder.delivery_id AS pension_delivery_id,
        holder.line AS pension_line,
        holder.tie_document_type,
        holder.tie_delivery_id,
        holder.tie_line
    FROM paid
    CROSS JOIN d27_setting AS setting
    INNER JOIN holder ON holder.person_id = paid.person_id AND holder.month = paid.month
    INNER JOIN person ON person.person_id = paid.person_id
    LEFT JOIN kept_amount
        ON kept_amount.valid_from <= paid.month
        AND (kept_amount.valid_to IS NULL OR kept_amount.valid_to >= paid.month)
    WHERE NOT (
        extract(YEAR FROM person.birth_date) * 10000 + extract(MONTH FROM person.birth_date) * 100
        + extract(DAY FROM person.birth_date) <= setting.kept_last_birth
        AND kept_amount.amount IS NOT NULL
        AND paid.amount <= kept_amount.amount
    )
),
reason AS (
    SELECT
        person_id,
        programme_code,
        month,
        'pension' AS role,
        pension_document_type AS document_type,
        pension_delivery_id AS delivery_id,
        pension_line AS line,
        'occupational pension: ' || whose AS said
    FROM barred
    UNION ALL
    SELECT person_id, programme_code, month, 'marriage', tie_document_type, tie_delivery_id,
        tie_line, NULL
    FROM barred
    WHERE tie_delivery_id IS NOT NULL
),
{{month_paid_rows}}
