-- One row: what one payer paid a person for one programme for one month (won), over the last year.
-- Reversal rows are negative and are added to what they reverse; a payment reversed in full is out.
-- Who is missing: payments whose programme is none of the 292. Which source wins: none, payers are
-- kept apart, so that a second payer can be seen.
WITH
-- Deliveries by number, in the order of names: so a payment's place and source are one number.
told_delivery AS (
    SELECT
        document_type, delivery_id,
        row_number() OVER (ORDER BY delivery_id, document_type) AS delivery_no
    FROM (SELECT DISTINCT document_type, delivery_id FROM f35_benefit_payment) AS arrived
),
payment AS (
    SELECT
        person_index.person_id,
        f35_benefit_payment.programme_code,
        CAST(date_trunc('month', f35_benefit_payment.period) AS DATE) AS month,
        coalesce(f35_benefit_payment.payer_region, '') AS payer_region,
        f35_benefit_payment.amount,
        coalesce(f35_benefit_payment.in_kind, FALSE) AS in_kind,
        told_delivery.delivery_no * 1000000000000 + f35_benefit_payment.line AS source_no
    FROM f35_benefit_payment
    CROSS JOIN night
    INNER JOIN person_index ON person_index.signature_id = f35_benefit_payment.signature_id
    INNER JOIN told_delivery
        ON told_delivery.delivery_id = f35_benefit_payment.delivery_id
        AND told_delivery.document_type = f35_benefit_payment.document_type
    WHERE f35_benefit_payment.programme_code IS NOT NULL
        AND f35_benefit_payment.period IS NOT NULL
        AND f35_benefit_payment.period <= night.as_of
        AND f35_benefit_payment.period >= CAST(night.month - INTERVAL '11' MONTH AS DATE)
),
received AS (
    SELECT
        person_id,
        programme_code,
        month,
        payer_region,
        CAST(sum(coalesce(amount, 0)) AS BIGINT) AS amount,
        max(CASE WHEN in_kind THEN 1 ELSE 0 END) = 1 AS in_kind,
        min(source_no) AS source_no
    FROM payment
    GROUP BY person_id, programme_code, month, payer_region
    -- Of a benefit in kind the amount may be unknown.
    HAVING sum(coalesce(amount, 0)) > 0
        OR (
            max(CASE WHEN in_kind THEN 1 ELSE 0 END) = 1
            AND max(coalesce(amount, 0)) = 0
            AND min(coalesce(amount, 0)) = 0
        )
)
SELECT
    received.person_id,
    received.programme_code,
    received.month,
    received.payer_region,
    received.amount,
    received.in_kind,
    source.document_type,
    source.delivery_id,
    received.source_no % 1000000000000 AS line
FROM received
INNER JOIN told_delivery AS source ON source.delivery_no = received.source_no // 1000000000000
ORDER BY received.person_id, received.programme_code, received.month, received.payer_region
