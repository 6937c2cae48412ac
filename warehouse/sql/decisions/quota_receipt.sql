-- One row: a receipt that counts against the quota of house repair (programme_interaction, group
-- MX-HOUSEREPAIR: one a dwelling in a window of months), however long ago, and the dwelling that it was
-- for: the address at which the person was registered in that month. role: payment (works paid for, also
-- in kind), or grant (of a programme whose payments are not sent). amount: won, null where not known.
-- Who is missing: payments reversed in full, and grants refused or given back. address_key is null where
-- nobody knows where the person lived.
-- Which source wins: a payment, where the same person has both of one programme; of several stays of a
-- month the latest move-in.
WITH house_repair AS (
    SELECT programme_code, other AS quota_group
    FROM programme_interaction
    WHERE kind = 'group' AND other = 'MX-HOUSEREPAIR'
),
payment_row AS (
    SELECT
        house_repair.quota_group,
        f35.programme_code,
        person_index.person_id,
        CAST(date_trunc('month', f35.period) AS DATE) AS month,
        f35.amount,
        CASE WHEN f35.in_kind THEN 1 ELSE 0 END AS in_kind,
        f35.document_type,
        f35.delivery_id,
        f35.line,
        row_number() OVER (
            PARTITION BY
                house_repair.quota_group, f35.programme_code, person_index.person_id,
                CAST(date_trunc('month', f35.period) AS DATE)
            ORDER BY f35.delivery_id, f35.line
        ) AS place
    FROM f35_benefit_payment AS f35
    CROSS JOIN night
    INNER JOIN house_repair ON house_repair.programme_code = f35.programme_code
    INNER JOIN person_index ON person_index.signature_id = f35.signature_id
    WHERE f35.period <= night.as_of AND person_index.person_id IS NOT NULL
),
payment AS (
    SELECT
        quota_group,
        programme_code,
        person_id,
        month,
        CAST(sum(amount) AS BIGINT) AS amount,
        max(CASE WHEN place = 1 THEN document_type END) AS document_type,
        max(CASE WHEN place = 1 THEN delivery_id END) AS delivery_id,
        max(CASE WHEN place = 1 THEN line END) AS line
    FROM payment_row
    GROUP BY quota_group, programme_code, person_id, month
    -- Of works in kind the amount may be unknown.
    HAVING coalesce(sum(amount), 0) > 0 OR (max(in_kind) = 1 AND coalesce(min(amount), 0) >= 0)
),
grant_told AS (
    SELECT
        house_repair.quota_group,
        f34.programme_code,
        person_index.person_id,
        CAST(date_trunc('month', coalesce(f34.entitled_from, f34.decided_on)) AS DATE) AS month,
        f34.document_type,
        f34.delivery_id,
        f34.line,
        row_number() OVER (
            PARTITION BY
                house_repair.quota_group, f34.programme_code, person_index.person_id,
                date_trunc('month', coalesce(f34.entitled_from, f34.decided_on))
            ORDER BY f34.delivery_id, f34.line
        ) AS place
    FROM f34_benefit_entitlement AS f34
    CROSS JOIN night
    INNER JOIN house_repair ON house_repair.programme_code = f34.programme_code
    INNER JOIN person_index ON person_index.signature_id = f34.signature_id
    WHERE f34.status IN ('granted', 'changed', 'extended', 'completed')
        AND coalesce(f34.entitled_from, f34.decided_on) <= night.as_of
        AND person_index.person_id IS NOT NULL
),
paid_for AS (
    SELECT DISTINCT person_id, programme_code
    FROM payment
),
repair AS (
    SELECT
        quota_group, programme_code, person_id, month, 'payment' AS role, amount,
        document_type, delivery_id, line
    FROM payment
    UNION ALL
    SELECT
        grant_told.quota_group, grant_told.programme_code, grant_told.person_id, grant_told.month,
        'grant', CAST(NULL AS BIGINT),
        grant_told.document_type, grant_told.delivery_id, grant_told.line
    FROM grant_told
    LEFT JOIN paid_for
        ON paid_for.person_id = grant_told.person_id
        AND paid_for.programme_code = grant_told.programme_code
    WHERE grant_told.place = 1 AND paid_for.person_id IS NULL
),
stay AS (
    SELECT
        person_index.person_id,
        told.address_key,
        told.moved_in_on,
        told.moved_out_on,
        told.delivery_id,
        told.line
    FROM f02_resident_household_address AS told
    INNER JOIN person_index ON person_index.signature_id = told.signature_id
    INNER JOIN (SELECT DISTINCT person_id FROM repair) AS repaired
        ON repaired.person_id = person_index.person_id
    WHERE told.document_type LIKE 'I01-F02-%'
        AND told.address_key IS NOT NULL
        AND coalesce(told.registration_status, 'resident') NOT LIKE 'cancelled%'
),
placed AS (
    SELECT
        repair.*,
        stay.address_key,
        row_number() OVER (
            PARTITION BY repair.person_id, repair.programme_code, repair.month, repair.role
            ORDER BY stay.moved_in_on DESC NULLS LAST, stay.delivery_id DESC, stay.line DESC
        ) AS place
    FROM repair
    LEFT JOIN stay
        ON stay.person_id = repair.person_id
        AND (
            stay.moved_in_on IS NULL
            OR stay.moved_in_on < CAST(repair.month + INTERVAL '1' MONTH AS DATE)
        )
        AND (stay.moved_out_on IS NULL OR stay.moved_out_on >= repair.month)
)
SELECT
    quota_group,
    programme_code,
    person_id,
    month,
    role,
    amount,
    address_key,
    document_type,
    delivery_id,
    line
FROM placed
WHERE place = 1
ORDER BY person_id, month, programme_code, role
