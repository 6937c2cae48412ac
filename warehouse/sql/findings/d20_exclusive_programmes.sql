-- One row: one of the payments by which a person received two programmes for one month that exclude
-- one another. At stake is the smaller of the two.
-- Who is missing: benefits paid to another member of the unit. The pairs are data
-- (programme_interaction).
WITH paid AS (
    SELECT
        person_id,
        programme_code,
        month,
        CAST(sum(amount) AS BIGINT) AS amount
    FROM benefit_received
    GROUP BY person_id, programme_code, month
),
found AS (
    SELECT
        one.person_id,
        one.programme_code,
        other.programme_code AS other_programme_code,
        one.month,
        least(one.amount, other.amount) AS amount_at_stake,
        'paid ' || CAST(one.amount AS VARCHAR) || ' and ' || CAST(other.amount AS VARCHAR)
            AS evidence_key
    FROM paid AS one
    INNER JOIN programme_interaction AS pair
        ON pair.kind = 'exclusive' AND pair.programme_code = one.programme_code
    INNER JOIN paid AS other
        ON other.person_id = one.person_id
        AND other.month = one.month
        AND other.programme_code = pair.other
)
SELECT
    'D20' AS rule_id,
    found.person_id,
    found.programme_code,
    found.other_programme_code,
    found.month AS period,
    found.month AS first_period,
    found.month AS last_period,
    found.amount_at_stake,
    found.evidence_key,
    'payment' AS role,
    payment.document_type,
    payment.delivery_id,
    payment.line
FROM found
INNER JOIN benefit_received AS payment
    ON payment.person_id = found.person_id
    AND payment.month = found.month
    AND payment.programme_code IN (found.programme_code, found.other_programme_code)
ORDER BY found.person_id, found.programme_code, found.other_programme_code, found.month,
    payment.delivery_id, payment.line
