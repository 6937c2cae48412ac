-- One row: one piece of evidence that a person had two programmes in one month that exclude one
-- another: payments of a month, or entitlements open in the night's month.
-- At stake is the smaller of the two payments; null where one of the two shows no payment to the hub.
-- Who is missing: benefits of another member of the unit. The pairs are data
-- (programme_interaction).
-- Which source wins: payments and entitlements are both evidence; an entitlement adds no amount.
WITH entitled AS (
    SELECT
        person_index.person_id,
        f34_benefit_entitlement.programme_code,
        night.month,
        f34_benefit_entitlement.document_type,
        f34_benefit_entitlement.delivery_id,
        f34_benefit_entitlement.line,
        row_number() OVER (
            PARTITION BY person_index.person_id, f34_benefit_entitlement.programme_code
            ORDER BY f34_benefit_entitlement.entitled_from DESC NULLS LAST,
                f34_benefit_entitlement.made_at DESC,
                f34_benefit_entitlement.delivery_id DESC, f34_benefit_entitlement.line DESC
        ) AS place,
        f34_benefit_entitlement.status IN ('entitled', 'granted', 'active', 'changed', 'extended')
        AND f34_benefit_entitlement.entitled_from <= night.month
        AND (
            f34_benefit_entitlement.entitled_to IS NULL
            OR f34_benefit_entitlement.entitled_to >= night.month
        ) AS is_open
    FROM f34_benefit_entitlement
    CROSS JOIN night
    INNER JOIN person_index ON person_index.signature_id = f34_benefit_entitlement.signature_id
    WHERE f34_benefit_entitlement.programme_code IS NOT NULL
),
evidence AS (
    SELECT person_id, programme_code, month, amount, 'payment' AS role, document_type,
        delivery_id, line
    FROM benefit_received
    UNION ALL
    SELECT person_id, programme_code, month, NULL, 'entitlement', document_type,
        delivery_id, line
    FROM entitled
    WHERE place = 1 AND is_open
),
held AS (
    SELECT
        person_id,
        programme_code,
        month,
        CAST(sum(amount) AS BIGINT) AS amount
    FROM evidence
    GROUP BY person_id, programme_code, month
),
found AS (
    SELECT
        one.person_id,
        one.programme_code,
        other.programme_code AS other_programme_code,
        one.month,
        CASE
            WHEN one.amount <= other.amount THEN one.amount
            WHEN other.amount < one.amount THEN other.amount
        END AS amount_at_stake,
        'paid ' || coalesce(CAST(one.amount AS VARCHAR), 'unknown')
        || ' and ' || coalesce(CAST(other.amount AS VARCHAR), 'unknown') AS evidence_key
    FROM held AS one
    INNER JOIN programme_interaction AS pair
        ON pair.kind = 'exclusive' AND pair.programme_code = one.programme_code
    INNER JOIN held AS other
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
    evidence.role,
    evidence.document_type,
    evidence.delivery_id,
    evidence.line
FROM found
INNER JOIN evidence
    ON evidence.person_id = found.person_id
    AND evidence.month = found.month
    AND evidence.programme_code IN (found.programme_code, found.other_programme_code)
ORDER BY found.person_id, found.programme_code, found.other_programme_code, found.month,
    evidence.role, evidence.delivery_id, evidence.line
