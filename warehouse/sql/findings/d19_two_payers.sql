-- One row: one of the payments by which two or more payers paid a person the same programme for the
-- same month. At stake is all but the largest payment.
-- Who is missing: payments without a region, and payments reversed in full.
-- Which source wins: none; every payer counts.
WITH paid AS (
    SELECT *
    FROM benefit_received
    WHERE payer_region <> ''
),
found AS (
    SELECT
        person_id AS subject_id,
        person_id,
        programme_code,
        CAST(NULL AS VARCHAR) AS other_programme_code,
        month AS period,
        month AS first_period,
        month AS last_period,
        sum(amount) - max(amount) AS amount_at_stake,
        'payers ' || string_agg(payer_region || ' ' || CAST(amount AS VARCHAR), ', ' ORDER BY payer_region)
            AS statement
    FROM paid
    GROUP BY person_id, programme_code, month
    HAVING count(*) >= 2
),
evidence AS (
    SELECT
        person_id AS subject_id,
        programme_code,
        CAST(NULL AS VARCHAR) AS other_programme_code,
        month AS period,
        'payment' AS role,
        document_type,
        delivery_id,
        line
    FROM paid
)
{{rows}}
