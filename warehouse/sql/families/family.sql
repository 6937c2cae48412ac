-- One row is one row that a sender delivered about {{grain}}, as far as it is still effective.
-- Missing: rows in quarantine, rows of deliveries that were stopped or replaced by a correction,
-- rows that a later row cancelled or reissued, and snapshots older than the sender's latest.
-- Which source wins: none; every sender's word stands beside the others, with its delivery.
WITH related AS (
    -- Only in these document types does a row speak of another row, and needs a key.
    SELECT
        r.row_place,
        r.document_type,
        r.record_action,
        r.has_several_deliveries,
        r.row_order,
        r.delivery_order,
        {{row_key}} AS row_key
    FROM {{rows}} AS r
    WHERE r.document_type IN (
        SELECT document_type FROM {{rows}}
        WHERE has_several_deliveries OR record_action IN ('cancel', 'reissue')
    )
),
correction AS (
    SELECT
        document_type,
        row_key,
        max(CASE WHEN record_action = 'cancel' THEN row_order END) AS cancelled_up_to,
        max(CASE WHEN record_action = 'reissue' THEN row_order END) AS reissued_at
    FROM related
    WHERE record_action IN ('cancel', 'reissue')
    GROUP BY document_type, row_key
),
latest_delivery AS (
    SELECT document_type, row_key, max(delivery_order) AS delivery_order
    FROM related
    WHERE has_several_deliveries AND record_action <> 'reversal'
    GROUP BY document_type, row_key
),
superseded AS (
    SELECT r.row_place
    FROM related AS r
    LEFT JOIN correction AS c
        ON r.document_type = c.document_type AND r.row_key = c.row_key
    LEFT JOIN latest_delivery AS d
        ON r.document_type = d.document_type AND r.row_key = d.row_key
    WHERE
        r.row_order <= c.cancelled_up_to
        OR r.row_order < c.reissued_at
        OR (r.delivery_order <> d.delivery_order AND r.record_action <> 'reversal')
)
SELECT
    r.row_place,
    {{columns}}
FROM {{rows}} AS r
LEFT JOIN superseded AS s ON r.row_place = s.row_place
WHERE r.record_action <> 'cancel' AND s.row_place IS NULL
