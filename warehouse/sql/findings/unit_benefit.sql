-- One row: a row of a delivery by which an assistance unit holds a programme in a month (benefit_held),
-- and the one person by whom the unit is named in findings: who is paid, else the head where the head
-- is entitled, else the first of those who are.
-- Only programmes that the rules about units look at (D38, D41, D42), so that a unit whose members are
-- all listed is one case and not one a member.
-- Who is missing: holders who are in no unit, do not count in theirs, or are listed under a head of
-- another unit.
-- Which source wins: a payment before an entitlement.
WITH looked_at AS (
    SELECT DISTINCT programme_code
    FROM rule_programme
    WHERE rule_id IN ('D38', 'D41', 'D42')
),
held AS (
    SELECT
        benefit_held.*,
        unit.household_id,
        unit.reason AS place_reason,
        row_number() OVER (
            PARTITION BY unit.household_id, benefit_held.programme_code, benefit_held.month
            ORDER BY
                CASE benefit_held.role WHEN 'payment' THEN 0 ELSE 1 END,
                CASE unit.relation_to_head WHEN 'head' THEN 0 ELSE 1 END,
                benefit_held.person_id,
                benefit_held.delivery_id,
                benefit_held.line
        ) AS place
    FROM benefit_held
    INNER JOIN looked_at ON looked_at.programme_code = benefit_held.programme_code
    INNER JOIN assistance_unit_member AS unit
        ON unit.person_id = benefit_held.person_id AND unit.is_counted
    -- An entitlement names the head of its unit; a member who belongs elsewhere by law is no holder.
    LEFT JOIN f34_benefit_entitlement AS entitlement
        ON benefit_held.role = 'entitlement'
        AND entitlement.delivery_id = benefit_held.delivery_id
        AND entitlement.line = benefit_held.line
    LEFT JOIN person_token AS head
        ON head.national_id_token = entitlement.unit_head_national_id_token
    LEFT JOIN assistance_unit_member AS head_unit ON head_unit.person_id = head.person_id
    WHERE head_unit.household_id IS NULL OR head_unit.household_id = unit.household_id
)
SELECT
    held.household_id,
    named.person_id,
    named.place_reason,
    held.programme_code,
    held.month,
    held.amount,
    held.role,
    held.document_type,
    held.delivery_id,
    held.line
FROM held
INNER JOIN held AS named
    ON named.household_id = held.household_id
    AND named.programme_code = held.programme_code
    AND named.month = held.month
    AND named.place = 1
ORDER BY held.household_id, held.programme_code, held.month, held.role, held.delivery_id, held.line
