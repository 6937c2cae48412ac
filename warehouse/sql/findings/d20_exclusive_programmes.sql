-- One row: one piece of evidence that a person had two programmes in one month that exclude one
-- another: payments of a month, or entitlements open in the night's month.
-- At stake is the smaller of the two payments; null where one of the two shows no payment to the hub.
-- Who is missing: benefits of another member of the unit. The pairs are data
-- (programme_interaction).
-- Which source wins: payments and entitlements are both evidence; an entitlement adds no amount.
WITH receipt AS (
    SELECT person_id, programme_code, month, amount, 'payment' AS role, document_type,
        delivery_id, line
    FROM benefit_received
    UNION ALL
    SELECT person_id, programme_code, month, NULL, 'entitlement', document_type,
        delivery_id, line
    FROM benefit_entitled
),
held AS (
    SELECT
        person_id,
        programme_code,
        month,
        CAST(sum(amount) AS BIGINT) AS amount
    FROM receipt
    GROUP BY person_id, programme_code, month
),
found AS (
    SELECT
        one.person_id AS subject_id,
        one.person_id,
        one.programme_code,
        other.programme_code AS other_programme_code,
        one.month AS period,
        one.month AS first_period,
        one.month AS last_period,
        CASE
            WHEN one.amount <= other.amount THEN one.amount
            WHEN other.amount < one.amount THEN other.amount
        END AS amount_at_stake,
        'paid ' || coalesce(CAST(one.amount AS VARCHAR), 'unknown')
        || '; paid ' || coalesce(CAST(other.amount AS VARCHAR), 'unknown') AS statement
    FROM held AS one
    INNER JOIN programme_interaction AS pair
        ON pair.kind = 'exclusive' AND pair.programme_code = one.programme_code
    INNER JOIN held AS other
        ON other.person_id = one.person_id
        AND other.month = one.month
        AND other.programme_code = pair.other
),
evidence AS (
    SELECT
        found.subject_id,
        found.programme_code,
        found.other_programme_code,
        found.period,
        receipt.role,
        receipt.document_type,
        receipt.delivery_id,
        receipt.line
    FROM found
    INNER JOIN receipt
        ON receipt.person_id = found.person_id
        AND receipt.month = found.period
        AND receipt.programme_code IN (found.programme_code, found.other_programme_code)
)
{{rows}}
