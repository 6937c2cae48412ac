-- One row: what one payer paid a person for one programme for one month (won), over the last year.
-- Reversal rows are negative and are added to what they reverse; a payment reversed in full is out.
-- Who is missing: payments whose programme is none of the 292. Which source wins: none, payers are
-- kept apart, so that a second payer can be seen.
WITH payment AS (
    SELECT
        person_index.person_id,
        f35_benefit_payment.programme_code,
        CAST(date_trunc('month', f35_benefit_payment.period) AS DATE) AS month,
        coalesce(f35_benefit_payment.payer_region, '') AS payer_region,
        f35_benefit_payment.amount,
        coalesce(f35_benefit_payment.in_kind, FALSE) AS in_kind,
        f35_benefit_payment.document_type,
        f35_benefit_payment.delivery_id,
        f35_benefit_payment.line
    FROM f35_benefit_payment
    CROSS JOIN night
    INNER JOIN person_index ON person_index.signature_id = f35_benefit_payment.signature_id
    WHERE f35_benefit_payment.programme_code IS NOT NULL
        AND f35_benefit_payment.period IS NOT NULL
        AND f35_benefit_payment.period <= night.as_of
        AND f35_benefit_payment.period >= CAST(night.month - INTERVAL '11' MONTH AS DATE)
),
ordered AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY person_id, programme_code, month, payer_region
            ORDER BY delivery_id, line
        ) AS place
    FROM payment
)
SELECT
    person_id,
    programme_code,
    month,
    payer_region,
    CAST(sum(coalesce(amount, 0)) AS BIGINT) AS amount,
    max(CASE WHEN in_kind THEN 1 ELSE 0 END) = 1 AS in_kind,
    max(CASE WHEN place = 1 THEN document_type END) AS document_type,
    max(CASE WHEN place = 1 THEN delivery_id END) AS delivery_id,
    max(CASE WHEN place = 1 THEN line END) AS line
FROM ordered
GROUP BY person_id, programme_code, month, payer_region
-- Of a benefit in kind the amount may be unknown.
HAVING sum(coalesce(amount, 0)) > 0
    OR (
        max(CASE WHEN in_kind THEN 1 ELSE 0 END) = 1
        AND max(coalesce(amount, 0)) = 0
        AND min(coalesce(amount, 0)) = 0
    )
ORDER BY person_id, programme_code, month, payer_region
