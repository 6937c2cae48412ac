-- One row: one piece of evidence that the deposit of a unit on livelihood benefit rose, from one lease to
-- the next, by more than the tolerance and than loans taken out around then.
-- Reports of leases that begin in one month are one contract: of the new one the smallest deposit that
-- is told, of the one before the largest, in the unit's favour.
-- Who is missing: leases of which a public landlord pays most of the deposit (jeonse rental), lists that
-- repeat other reports (victims of fraud, the rent tax credit), first leases, and units paid nothing
-- since the new lease began.
-- Which source wins: none, see above. The finding is about the tenant of the new lease.
WITH paid AS (
    SELECT household_id, max(month) AS last_month
    FROM livelihood_room
    GROUP BY household_id
),
reported AS (
    SELECT
        livelihood_resident.household_id,
        livelihood_resident.person_id,
        CAST(date_trunc('month', lease.lease_from) AS DATE) AS month,
        lease.deposit_amount,
        lease.document_type,
        lease.delivery_id,
        lease.line
    FROM f22_lease_deposit AS lease
    CROSS JOIN night
    INNER JOIN rule_input ON rule_input.rule_id = 'D37' AND rule_input.input = lease.document_type
    INNER JOIN livelihood_resident ON livelihood_resident.signature_id = lease.signature_id
    WHERE lease.lease_from <= night.as_of AND lease.deposit_amount IS NOT NULL
),
contract AS (
    SELECT
        household_id,
        month,
        min(deposit_amount) AS least_amount,
        max(deposit_amount) AS largest_amount,
        min(person_id) AS person_id
    FROM reported
    GROUP BY household_id, month
),
followed AS (
    SELECT
        *,
        lag(largest_amount) OVER earlier AS previous_amount,
        lag(month) OVER earlier AS previous_month
    FROM contract
    WINDOW earlier AS (PARTITION BY household_id ORDER BY month)
),
borrowed AS (
    SELECT household_id, month, sum(amount) AS amount
    FROM (
        SELECT DISTINCT
            followed.household_id,
            followed.month,
            loan.institution_no,
            loan.loan_no,
            loan.balance_amount AS amount
        FROM followed
        CROSS JOIN d37_setting AS setting
        INNER JOIN livelihood_resident ON livelihood_resident.household_id = followed.household_id
        INNER JOIN f29_debt_credit AS loan
            ON loan.signature_id = livelihood_resident.signature_id
            AND abs(date_diff('month', loan.opened_on, followed.month))
            <= setting.loan_window_months
        WHERE followed.previous_amount IS NOT NULL
    ) AS loan
    GROUP BY household_id, month
),
month_found AS (
    SELECT
        followed.person_id,
        'P001' AS programme_code,
        followed.previous_month AS first_month,
        followed.month,
        followed.household_id,
        CAST(NULL AS BIGINT) AS amount,
        'deposit ' || CAST(followed.least_amount AS VARCHAR)
        || '; before ' || CAST(followed.previous_amount AS VARCHAR) AS statement
    FROM followed
    CROSS JOIN d37_setting AS setting
    INNER JOIN paid
        ON paid.household_id = followed.household_id AND paid.last_month >= followed.month
    LEFT JOIN borrowed
        ON borrowed.household_id = followed.household_id AND borrowed.month = followed.month
    WHERE followed.least_amount - followed.previous_amount - coalesce(borrowed.amount, 0)
        > setting.tolerance_amount
),
month_evidence AS (
    SELECT
        month_found.person_id,
        month_found.programme_code,
        month_found.month,
        'lease' AS role,
        reported.document_type,
        reported.delivery_id,
        reported.line
    FROM month_found
    INNER JOIN reported
        ON reported.household_id = month_found.household_id
        AND reported.month IN (month_found.month, month_found.first_month)
    UNION ALL
    SELECT month_found.person_id, month_found.programme_code, month_found.month,
        'payment', room.document_type, room.delivery_id, room.line
    FROM month_found
    INNER JOIN livelihood_room AS room
        ON room.household_id = month_found.household_id AND room.month >= month_found.month
),
{{person_month_rows}}
