-- One row: a document type, with what became of every row and won that ever arrived in a delivery which
-- could be read: accepted, quarantined, or superseded by an exact repetition of itself. rows_lost and
-- won_lost are what is in none of the three; rows_unstored are accepted rows that the footers of the
-- delivery's own files do not count (feed_measure: effective deliveries, the newest of a type).
-- Who is missing: no type; one that sent nothing has a row of zeros. Deliveries that could not be read
-- to their end (deliveries_unread) have no rows to count; their bytes lie in the archive.
-- Which source wins: the ledger for what was counted while reading, the files for what they hold.
WITH counted AS (
    SELECT
        delivery.document_type,
        CAST(sum(CASE WHEN delivery.state = 'landed' THEN 1 ELSE 0 END) AS BIGINT)
            AS deliveries_landed,
        CAST(sum(CASE WHEN delivery.state = 'stopped' THEN 1 ELSE 0 END) AS BIGINT)
            AS deliveries_stopped,
        CAST(sum(CASE WHEN delivery.rows_received IS NULL THEN 1 ELSE 0 END) AS BIGINT)
            AS deliveries_unread,
        CAST(sum(delivery.rows_received) AS BIGINT) AS rows_received,
        CAST(sum(delivery.rows_accepted) AS BIGINT) AS rows_accepted,
        CAST(sum(delivery.rows_quarantined) AS BIGINT) AS rows_quarantined,
        CAST(sum(delivery.rows_superseded) AS BIGINT) AS rows_superseded,
        CAST(sum(delivery.won_received) AS BIGINT) AS won_received,
        CAST(sum(delivery.won_accepted) AS BIGINT) AS won_accepted,
        CAST(sum(delivery.won_quarantined) AS BIGINT) AS won_quarantined,
        CAST(sum(delivery.won_superseded) AS BIGINT) AS won_superseded
    FROM delivery
    GROUP BY delivery.document_type
),
stored AS (
    SELECT
        delivery.document_type,
        CAST(sum(abs(delivery.rows_accepted - feed_measure.value_count)) AS BIGINT)
            AS rows_unstored
    FROM feed_measure
    INNER JOIN delivery ON delivery.delivery_id = feed_measure.delivery_id
    WHERE feed_measure.column_name = 'line'
    GROUP BY delivery.document_type
),
filled AS (
    SELECT
        document_type.code AS document_type,
        document_type.institution,
        coalesce(counted.deliveries_landed, 0) AS deliveries_landed,
        coalesce(counted.deliveries_stopped, 0) AS deliveries_stopped,
        coalesce(counted.deliveries_unread, 0) AS deliveries_unread,
        coalesce(counted.rows_received, 0) AS rows_received,
        coalesce(counted.rows_accepted, 0) AS rows_accepted,
        coalesce(counted.rows_quarantined, 0) AS rows_quarantined,
        coalesce(counted.rows_superseded, 0) AS rows_superseded,
        coalesce(counted.won_received, 0) AS won_received,
        coalesce(counted.won_accepted, 0) AS won_accepted,
        coalesce(counted.won_quarantined, 0) AS won_quarantined,
        coalesce(counted.won_superseded, 0) AS won_superseded,
        coalesce(stored.rows_unstored, 0) AS rows_unstored
    FROM document_type
    LEFT JOIN counted ON counted.document_type = document_type.code
    LEFT JOIN stored ON stored.document_type = document_type.code
)
SELECT
    filled.document_type,
    filled.institution,
    filled.deliveries_landed,
    filled.deliveries_stopped,
    filled.deliveries_unread,
    filled.rows_received,
    filled.rows_accepted,
    filled.rows_quarantined,
    filled.rows_superseded,
    filled.rows_received - filled.rows_accepted - filled.rows_quarantined - filled.rows_superseded
        AS rows_lost,
    filled.rows_unstored,
    filled.won_received,
    filled.won_accepted,
    filled.won_quarantined,
    filled.won_superseded,
    filled.won_received - filled.won_accepted - filled.won_quarantined - filled.won_superseded
        AS won_lost,
    filled.rows_received = filled.rows_accepted + filled.rows_quarantined + filled.rows_superseded
        AND filled.won_received
        = filled.won_accepted + filled.won_quarantined + filled.won_superseded
        AND filled.rows_unstored = 0 AS is_conserved
FROM filled
ORDER BY filled.document_type
