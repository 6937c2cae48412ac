-- One row is one row that a sender delivered about {{grain}}, as far as it is still effective.
-- Missing: rows in quarantine, rows of deliveries that were stopped or replaced by a correction,
-- rows that a later row cancelled or reissued, and snapshots older than the sender's latest.
-- Which source wins: none; every sender's word stands beside the others, with its delivery.
WITH correction AS (
    SELECT
        document_type,
        row_key,
        max(CASE WHEN record_action = 'cancel' THEN row_order END) AS cancelled_up_to,
        max(CASE WHEN record_action = 'reissue' THEN row_order END) AS reissued_at
    FROM {{rows}}
    WHERE record_action IN ('cancel', 'reissue')
    GROUP BY document_type, row_key
),
latest_delivery AS (
    SELECT document_type, row_key, max(delivery_order) AS delivery_order
    FROM {{rows}}
    WHERE has_several_deliveries AND record_action <> 'reversal'
    GROUP BY document_type, row_key
)
SELECT
    r.document_type,
    r.delivery_id,
    r.line,
    r.made_at,
    r.record_action,
    r.signature_id,
    {{columns}}
FROM {{rows}} AS r
LEFT JOIN correction AS c
    ON r.document_type = c.document_type AND r.row_key = c.row_key
LEFT JOIN latest_delivery AS d
    ON r.document_type = d.document_type AND r.row_key = d.row_key
WHERE
    r.record_action <> 'cancel'
    AND (c.cancelled_up_to IS NULL OR r.row_order > c.cancelled_up_to)
    AND (c.reissued_at IS NULL OR r.row_order >= c.reissued_at)
    AND (
        d.delivery_order IS NULL
        OR r.delivery_order = d.delivery_order
        OR r.record_action = 'reversal'
    )
ORDER BY r.document_type, r.delivery_id, r.line
