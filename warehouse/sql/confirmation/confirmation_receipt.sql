-- One row: what a subject of a confirmation round is being paid for a programme of the round (won): the
-- newest month of the round's month, the month before and the days since, all payers and, of a
-- household's programme, all members together. payers: how many payers paid in that month. is_counted:
-- whether the law counts anybody who is paid in the unit.
-- Who is missing: programmes that do not take part (`confirmation_programme` has those that do) and benefits in
-- kind without a payment record, which decision.is_received tells from entitlements. Somebody in no unit
-- stands here alone, subject_kind 'person', also for a household's programme.
-- Which source wins: the unit in which the law counts a person, before one in which it does not.
WITH unit AS (
    SELECT
        person_id,
        household_id,
        is_counted,
        row_number() OVER (
            PARTITION BY person_id ORDER BY is_counted DESC, household_id
        ) AS place
    FROM assistance_unit_member
),
paid AS (
    SELECT
        benefit_received.programme_code,
        programme.unit AS programme_unit,
        benefit_received.person_id,
        CASE WHEN programme.scope = 'household' THEN unit.household_id END AS household_id,
        coalesce(unit.is_counted, FALSE) AS is_counted,
        benefit_received.month,
        benefit_received.payer_region,
        benefit_received.amount
    FROM benefit_received
    CROSS JOIN confirmation_round AS round
    INNER JOIN confirmation_programme AS programme
        ON programme.programme_code = benefit_received.programme_code
    LEFT JOIN unit ON unit.person_id = benefit_received.person_id AND unit.place = 1
    WHERE benefit_received.month >= CAST(round.month - INTERVAL '1' MONTH AS DATE)
),
of_subject AS (
    SELECT
        programme_code,
        coalesce(household_id, person_id) AS subject_id,
        max(CASE WHEN household_id IS NOT NULL THEN 1 ELSE 0 END) = 1 AS is_household,
        min(programme_unit) AS programme_unit,
        min(person_id) AS person_id,
        max(CASE WHEN is_counted THEN 1 ELSE 0 END) = 1 AS is_counted,
        month,
        CAST(sum(amount) AS BIGINT) AS amount,
        count(DISTINCT payer_region) AS payers,
        row_number() OVER (
            PARTITION BY programme_code, coalesce(household_id, person_id) ORDER BY month DESC
        ) AS place
    FROM paid
    GROUP BY programme_code, coalesce(household_id, person_id), month
)
SELECT
    programme_code,
    subject_id,
    CASE
        WHEN is_household OR programme_unit IN ('person', 'child', 'couple') THEN programme_unit
        ELSE 'person'
    END AS subject_kind,
    person_id,
    is_counted,
    month,
    amount,
    payers
FROM of_subject
WHERE place = 1
ORDER BY programme_code, subject_id
