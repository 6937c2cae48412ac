-- One row: what one row of a delivery tells of land, a building or a right (to a flat, a membership) of
-- somebody who lives or has lived in a household paid livelihood benefit, or counts in its unit:
-- acquired_on, disposed_on and why, and the value of the owner's share (won, null where nobody tells).
-- Permits, plans, prices without owner and the search for heirs of the dead name no title and are out.
-- is_member: the owner lives in the household tonight and counts in a unit.
-- Who is missing: property of households without livelihood benefit in the last year.
-- Which source wins: none; every source's row stands. A value that the row does not tell is the largest
-- that any row tells of the same thing.
WITH resident AS (
    SELECT DISTINCT household_id, person_id FROM livelihood_work_room
),
paid AS (
    SELECT DISTINCT household_id FROM livelihood_room
),
belonging AS (
    SELECT household_id, person_id, max(is_member) = 1 AS is_member
    FROM (
        SELECT household_id, person_id, 1 AS is_member
        FROM resident
        UNION ALL
        SELECT household_id, person_id, 0
        FROM assistance_unit_member
        WHERE household_id IN (SELECT household_id FROM paid)
        UNION ALL
        SELECT household_id, person_id, 0
        FROM household_member
        WHERE household_id IN (SELECT household_id FROM paid)
    ) AS somebody
    GROUP BY household_id, person_id
),
owner AS (
    SELECT
        belonging.household_id,
        belonging.person_id,
        belonging.is_member,
        person_index.signature_id
    FROM belonging
    INNER JOIN person_index ON person_index.person_id = belonging.person_id
),
stated AS (
    SELECT
        'land' AS item_kind, parcel_no AS item_key, assessed_amount, share_numerator,
        share_denominator, acquired_on, disposed_on, disposal_reason, document_type, delivery_id,
        line, signature_id
    FROM f20_land
    WHERE document_type NOT IN ('I01-F20-03', 'I05-F20-02', 'I05-F20-03', 'I05-F20-05', 'I13-F20-01')
    UNION ALL
    SELECT
        'building', building_no, assessed_amount, share_numerator, share_denominator, acquired_on,
        disposed_on, NULL, document_type, delivery_id, line, signature_id
    FROM f21_building_house
    WHERE document_type NOT IN ('I05-F21-06', 'I05-F21-07', 'I05-F21-08')
    UNION ALL
    SELECT
        'right', right_no, assessed_amount, NULL, NULL, acquired_on, disposed_on, NULL,
        document_type, delivery_id, line, signature_id
    FROM f25_membership_or_purchase_right
    WHERE document_type IN ('I05-F25-01', 'I05-F25-02', 'I37-F25-01')
),
owned AS (
    SELECT owner.household_id, owner.person_id, owner.is_member, stated.*
    FROM stated
    INNER JOIN owner ON owner.signature_id = stated.signature_id
    WHERE stated.item_key IS NOT NULL
),
item AS (
    SELECT DISTINCT item_kind, item_key FROM owned
),
price AS (
    SELECT item.item_kind, item.item_key, max(told.assessed_amount) AS amount
    FROM item
    INNER JOIN (
        SELECT 'land' AS item_kind, parcel_no AS item_key, assessed_amount FROM f20_land
        UNION ALL
        SELECT 'building', building_no, assessed_amount FROM f21_building_house
        UNION ALL
        SELECT 'right', right_no, assessed_amount FROM f25_membership_or_purchase_right
    ) AS told
        ON told.item_kind = item.item_kind AND told.item_key = item.item_key
    WHERE told.assessed_amount IS NOT NULL
    GROUP BY item.item_kind, item.item_key
)
SELECT
    owned.household_id,
    owned.person_id,
    owned.is_member,
    owned.item_kind,
    owned.item_key,
    owned.acquired_on,
    owned.disposed_on,
    owned.disposal_reason,
    CAST(
        CASE
            WHEN owned.share_denominator > 0
                THEN coalesce(owned.assessed_amount, price.amount)
                * coalesce(owned.share_numerator, 1) // owned.share_denominator
            ELSE coalesce(owned.assessed_amount, price.amount)
        END AS BIGINT
    ) AS amount,
    owned.document_type,
    owned.delivery_id,
    owned.line
FROM owned
LEFT JOIN price ON price.item_kind = owned.item_kind AND price.item_key = owned.item_key
ORDER BY owned.household_id, owned.item_kind, owned.item_key, owned.person_id, owned.delivery_id,
    owned.line
