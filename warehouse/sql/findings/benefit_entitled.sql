-- One row: a programme to which a person is entitled in the night's month, by the newest entitlement.
-- Who is missing: entitlements that ended, were refused or suspended.
-- Which source wins: the entitlement that began last; of equal ones, the one delivered last.
WITH entitlement AS (
    SELECT
        person_index.person_id,
        f34_benefit_entitlement.programme_code,
        night.month,
        f34_benefit_entitlement.decided_on,
        f34_benefit_entitlement.entitled_from,
        f34_benefit_entitlement.entitled_to,
        f34_benefit_entitlement.grade,
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
)
SELECT
    person_id,
    programme_code,
    month,
    decided_on,
    entitled_from,
    entitled_to,
    grade,
    document_type,
    delivery_id,
    line
FROM entitlement
WHERE place = 1 AND is_open
ORDER BY person_id, programme_code
