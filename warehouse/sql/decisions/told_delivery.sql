-- One row: a delivery that may tell a fact; delivery_no: a later one has a greater number; place: its
-- place in the order of names. Kept for the night's work only, because whole numbers are compared faster
-- than stamps and names. Households tell
-- who died in them, and are called by the delivery of the member.
-- Who is missing: nobody of the deliveries. Which source wins: none.
SELECT
    document_type,
    delivery_id,
    row_number() OVER (ORDER BY made_at NULLS FIRST, delivery_id, document_type) AS delivery_no,
    row_number() OVER (ORDER BY document_type, delivery_id) AS place
FROM (
    SELECT document_type, delivery_id, made_at
    FROM delivery
    UNION ALL
    SELECT DISTINCT document_type, delivery_id, CAST(NULL AS TIMESTAMP)
    FROM person_told
    WHERE document_type = 'household'
) AS arrived
