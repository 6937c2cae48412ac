-- One row: one of the payments by which two or more payers paid a person the same programme for the
-- same month. At stake is all but the largest payment.
-- Who is missing: payments without a region, payments reversed in full, and a month of moving that two
-- payers shared: together they paid no more than one payer alone in another month.
-- Which source wins: none; every payer counts.
WITH paid AS (
    SELECT *
    FROM benefit_received
    WHERE payer_region <> ''
),
paid_month AS (
    SELECT
        person_id,
        programme_code,
        month,
        count(*) AS payers,
        sum(amount) AS amount
    FROM paid
    GROUP BY person_id, programme_code, month
),
alone AS (
    SELECT
        twice.person_id, twice.programme_code, twice.month, max(paid_month.amount) AS amount
    FROM paid_month AS twice
    INNER JOIN paid_month
        ON paid_month.person_id = twice.person_id
        AND paid_month.programme_code = twice.programme_code
        AND paid_month.payers = 1
    WHERE twice.payers >= 2
    GROUP BY twice.person_id, twice.programme_code, twice.month
),
doubled AS (
    SELECT paid_month.person_id, paid_month.programme_code, paid_month.month
    FROM paid_month
    LEFT JOIN alone
        ON alone.person_id = paid_month.person_id
        AND alone.programme_code = paid_month.programme_code
        AND alone.month = paid_month.month
    WHERE paid_month.payers >= 2
        AND (alone.amount IS NULL OR paid_month.amount = 0 OR paid_month.amount > alone.amount)
),
month_found AS (
    SELECT
        person_id,
        programme_code,
        month AS first_month,
        month,
        sum(amount) - max(amount) AS amount,
        'payers ' || string_agg(payer_region || ' ' || CAST(amount AS VARCHAR), ', ' ORDER BY payer_region)
            AS statement
    FROM paid
    INNER JOIN doubled USING (person_id, programme_code, month)
    GROUP BY person_id, programme_code, month
),
month_evidence AS (
    SELECT person_id, programme_code, month, 'payment' AS role, document_type, delivery_id, line
    FROM paid
),
{{person_month_rows}}
