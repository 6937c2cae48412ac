-- One row: one piece of evidence that a home was repaired again before the quota allows, out of the group
-- of programmes for house repair (programme_interaction, MX-HOUSEREPAIR: one a dwelling in a window).
-- A repair is a payment of such a programme, or a grant of one whose payments are not sent.
-- Works of one programme that go on over some months are one repair, and a grant renewed is one grant.
-- Who is missing: homes left in between (the quota is the dwelling's, not the person's), repairs of
-- others at an address of several families, surveys, and grants refused or given back.
-- Which source wins: payments, then grants; of several earlier repairs the latest is shown.
WITH house_repair AS (
    SELECT programme_code
    FROM programme_interaction
    WHERE kind = 'group' AND other = 'MX-HOUSEREPAIR'
),
work_row AS (
    SELECT
        person_index.person_id,
        payment.programme_code,
        CAST(date_trunc('month', payment.period) AS DATE) AS month,
        coalesce(payment.amount, 0) AS amount,
        coalesce(payment.in_kind, FALSE) AS in_kind,
        payment.document_type,
        payment.delivery_id,
        payment.line
    FROM f35_benefit_payment AS payment
    CROSS JOIN night
    INNER JOIN house_repair ON house_repair.programme_code = payment.programme_code
    INNER JOIN person_index ON person_index.signature_id = payment.signature_id
    WHERE payment.period <= night.as_of
),
grant_row AS (
    SELECT
        person_index.person_id,
        entitlement.programme_code,
        CAST(
            date_trunc('month', coalesce(entitlement.entitled_from, entitlement.decided_on)) AS DATE
        ) AS month,
        entitlement.document_type,
        entitlement.delivery_id,
        entitlement.line
    FROM f34_benefit_entitlement AS entitlement
    CROSS JOIN night
    INNER JOIN house_repair ON house_repair.programme_code = entitlement.programme_code
    INNER JOIN person_index ON person_index.signature_id = entitlement.signature_id
    WHERE entitlement.status IN ('granted', 'changed', 'extended', 'completed')
        AND coalesce(entitlement.entitled_from, entitlement.decided_on) <= night.as_of
),
repair AS (
    SELECT person_id, programme_code, month, sum(amount) AS amount, TRUE AS is_work
    FROM work_row
    GROUP BY person_id, programme_code, month
    -- Of works in kind the amount may be unknown.
    HAVING sum(amount) > 0
        OR (max(CASE WHEN in_kind THEN 1 ELSE 0 END) = 1 AND max(amount) = 0 AND min(amount) = 0)
    UNION ALL
    SELECT DISTINCT
        grant_row.person_id,
        grant_row.programme_code,
        grant_row.month,
        CAST(NULL AS BIGINT) AS amount,
        FALSE AS is_work
    FROM grant_row
    LEFT JOIN work_row
        ON work_row.person_id = grant_row.person_id
        AND work_row.programme_code = grant_row.programme_code
    WHERE work_row.person_id IS NULL
),
owner AS (
    SELECT DISTINCT person_id
    FROM repair
),
stay AS (
    SELECT
        person_index.person_id,
        told.address_key,
        told.household_no,
        told.moved_in_on,
        told.moved_out_on,
        told.delivery_id,
        told.line
    FROM f02_resident_household_address AS told
    INNER JOIN person_index ON person_index.signature_id = told.signature_id
    INNER JOIN owner ON owner.person_id = person_index.person_id
    WHERE told.document_type LIKE 'I01-F02-%'
        AND told.address_key IS NOT NULL
        AND coalesce(told.registration_status, 'resident') NOT LIKE 'cancelled%'
),
placed AS (
    SELECT
        repair.person_id,
        repair.programme_code,
        repair.month,
        repair.amount,
        repair.is_work,
        stay.address_key,
        stay.household_no,
        row_number() OVER (
            PARTITION BY repair.person_id, repair.programme_code, repair.month, repair.is_work
            ORDER BY stay.moved_in_on DESC NULLS LAST, stay.delivery_id DESC, stay.line DESC
        ) AS place
    FROM repair
    LEFT JOIN stay
        ON stay.person_id = repair.person_id
        AND (stay.moved_in_on IS NULL OR stay.moved_in_on <= last_day(repair.month))
        AND (stay.moved_out_on IS NULL OR stay.moved_out_on >= repair.month)
),
at_home AS (
    SELECT placed.*, coalesce(dwelling.families, 1) AS families
    FROM placed
    LEFT JOIN dwelling ON dwelling.address_key = placed.address_key
    WHERE placed.place = 1
),
compared AS (
    SELECT
        later.*,
        earlier.person_id AS earlier_person_id,
        earlier.programme_code AS earlier_programme_code,
        earlier.month AS earlier_month,
        earlier.address_key AS earlier_address_key,
        date_diff('month', earlier.month, later.month) AS months_between
    FROM at_home AS later
    INNER JOIN at_home AS earlier
        ON earlier.person_id = later.person_id
    UNION ALL
    SELECT
        later.*,
        earlier.person_id,
        earlier.programme_code,
        earlier.month,
        earlier.address_key,
        date_diff('month', earlier.month, later.month)
    FROM at_home AS later
    INNER JOIN at_home AS earlier
        ON earlier.address_key = later.address_key
        AND earlier.person_id <> later.person_id
    WHERE later.families = 1 OR earlier.household_no = later.household_no
),
moved AS (
    SELECT DISTINCT compared.person_id, compared.earlier_month, compared.month
    FROM compared
    INNER JOIN stay
        ON stay.person_id = compared.person_id
        AND stay.moved_in_on > last_day(compared.earlier_month)
        AND stay.moved_in_on <= last_day(compared.month)
    WHERE compared.earlier_person_id = compared.person_id
        AND compared.earlier_address_key <> compared.address_key
),
again AS (
    SELECT
        compared.*,
        row_number() OVER (
            PARTITION BY compared.person_id, compared.programme_code, compared.month
            ORDER BY compared.earlier_month DESC, compared.earlier_programme_code,
                compared.earlier_person_id
        ) AS nearest
    FROM compared
    CROSS JOIN d21_setting AS setting
    LEFT JOIN moved
        ON moved.person_id = compared.person_id
        AND moved.earlier_month = compared.earlier_month
        AND moved.month = compared.month
        AND compared.earlier_person_id = compared.person_id
    WHERE moved.person_id IS NULL
        AND compared.months_between BETWEEN 0 AND setting.window_months - 1
        AND (
            (
                compared.earlier_programme_code <> compared.programme_code
                AND (
                    compared.months_between > 0
                    OR compared.earlier_programme_code < compared.programme_code
                )
            )
            OR (
                compared.earlier_programme_code = compared.programme_code
                AND compared.is_work
                AND compared.months_between > setting.same_works_months
            )
        )
),
found AS (
    SELECT
        person_id AS subject_id,
        person_id,
        programme_code,
        earlier_programme_code AS other_programme_code,
        month AS period,
        earlier_month AS first_period,
        month AS last_period,
        earlier_person_id,
        amount AS amount_at_stake,
        'repaired ' || CAST(earlier_month AS VARCHAR) || ' and ' || CAST(month AS VARCHAR) AS statement
    FROM again
    WHERE nearest = 1
),
repair_row AS (
    SELECT person_id, programme_code, month, 'payment' AS role, document_type, delivery_id, line
    FROM work_row
    UNION ALL
    SELECT person_id, programme_code, month, 'grant', document_type, delivery_id, line
    FROM grant_row
),
evidence AS (
    SELECT
        found.subject_id,
        found.programme_code,
        found.other_programme_code,
        found.period,
        repair_row.role,
        repair_row.document_type,
        repair_row.delivery_id,
        repair_row.line
    FROM found
    INNER JOIN repair_row
        ON (
            repair_row.person_id = found.person_id
            AND repair_row.programme_code = found.programme_code
            AND repair_row.month = found.period
        )
        OR (
            repair_row.person_id = found.earlier_person_id
            AND repair_row.programme_code = found.other_programme_code
            AND repair_row.month = found.first_period
        )
)
{{rows}}
