-- One row: a row of a delivery by which a person holds a programme in a month: a payment (won), or an
-- entitlement that is open in the night's month (no amount).
-- Who is missing: see benefit_received and benefit_entitled.
-- Which source wins: none; a person who is paid and entitled has both rows.
SELECT
    person_id,
    programme_code,
    month,
    amount,
    'payment' AS role,
    document_type,
    delivery_id,
    line
FROM benefit_received
UNION ALL
SELECT person_id, programme_code, month, NULL, 'entitlement', document_type, delivery_id, line
FROM benefit_entitled
ORDER BY person_id, programme_code, month, role, delivery_id, line
