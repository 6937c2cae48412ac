-- One row: one piece of evidence that a member of a unit on livelihood benefit acquired land, a building
-- or a right to one after the decision on which the benefit rests. One finding a person and month of
-- acquisition; the unit was paid for that month or a later one.
-- Who is missing: things worth less than the tolerance (a value that nobody tells is not small); things
-- that the unit, or somebody who was in its household, held before: a share that changes, an inheritance
-- or gift within the household, a register that is put right; acquisitions before the decision.
-- Which source wins: of all sources' dates of one thing the earliest; the decision is the newest one.
WITH decided AS (
    SELECT
        resident.household_id,
        max(coalesce(entitlement.decided_on, entitlement.entitled_from)) AS decided_on
    FROM f34_benefit_entitlement AS entitlement
    CROSS JOIN night
    INNER JOIN d33_programme ON d33_programme.programme_code = entitlement.programme_code
    INNER JOIN livelihood_resident AS resident ON resident.signature_id = entitlement.signature_id
    WHERE entitlement.status IN ('entitled', 'granted', 'active', 'changed', 'extended')
        AND coalesce(entitlement.decided_on, entitlement.entitled_from) <= night.as_of
    GROUP BY resident.household_id
),
paid AS (
    SELECT household_id, max(month) AS last_month
    FROM livelihood_room
    GROUP BY household_id
),
item AS (
    SELECT
        household_id,
        item_kind,
        item_key,
        min(acquired_on) AS acquired_on,
        max(amount) AS amount
    FROM property_title
    WHERE acquired_on IS NOT NULL
    GROUP BY household_id, item_kind, item_key
),
acquired AS (
    SELECT DISTINCT
        item.household_id,
        title.person_id,
        item.item_kind,
        item.item_key,
        item.acquired_on
    FROM item
    CROSS JOIN night
    CROSS JOIN d33_setting AS setting
    INNER JOIN paid ON paid.household_id = item.household_id
    INNER JOIN property_title AS title
        ON title.household_id = item.household_id
        AND title.item_kind = item.item_kind
        AND title.item_key = item.item_key
        AND title.acquired_on = item.acquired_on
        AND title.is_member
    LEFT JOIN decided ON decided.household_id = item.household_id
    WHERE item.acquired_on <= night.as_of
        AND (decided.decided_on IS NULL OR item.acquired_on > decided.decided_on)
        AND (item.amount IS NULL OR item.amount >= setting.least_value_amount)
        AND paid.last_month >= date_trunc('month', item.acquired_on)
),
month_found AS (
    SELECT
        person_id,
        'P001' AS programme_code,
        CAST(date_trunc('month', acquired_on) AS DATE) AS first_month,
        CAST(date_trunc('month', acquired_on) AS DATE) AS month,
        household_id,
        CAST(NULL AS BIGINT) AS amount,
        'property acquired in the month of '
        || CAST(CAST(date_trunc('month', acquired_on) AS DATE) AS VARCHAR) AS statement
    FROM acquired
    GROUP BY household_id, person_id, date_trunc('month', acquired_on)
),
month_evidence AS (
    SELECT
        month_found.person_id,
        month_found.programme_code,
        month_found.month,
        'title' AS role,
        title.document_type,
        title.delivery_id,
        title.line
    FROM month_found
    INNER JOIN acquired
        ON acquired.person_id = month_found.person_id
        AND CAST(date_trunc('month', acquired.acquired_on) AS DATE) = month_found.month
    INNER JOIN property_title AS title
        ON title.household_id = acquired.household_id
        AND title.person_id = acquired.person_id
        AND title.item_kind = acquired.item_kind
        AND title.item_key = acquired.item_key
        AND title.acquired_on = acquired.acquired_on
    UNION ALL
    SELECT month_found.person_id, month_found.programme_code, month_found.month,
        'payment', room.document_type, room.delivery_id, room.line
    FROM month_found
    INNER JOIN livelihood_room AS room
        ON room.household_id = month_found.household_id AND room.month >= month_found.month
),
{{person_month_rows}}
