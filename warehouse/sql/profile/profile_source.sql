-- One row: a delivery of a document type that feeds a kind, with what its kind means; source_no is the
-- place of the document type, delivery_no that of the delivery; source_bit is 2^(source_no - 1), so that
-- one number says a set of sources (at most 63; a night with more fails); status and method are those of
-- income that it reports. Kept for the night's work only, because whole numbers sort and join faster than
-- names.
-- Who is missing: deliveries of types that feed none of the fifty kinds; those that were stopped or
-- replaced (their names would stand in the files of the tables); those that were made after the day on
-- which one knows. Which source wins: none.
SELECT
    document_type.code AS document_type,
    delivery.delivery_id,
    CAST(dense_rank() OVER (ORDER BY document_type.code) AS INTEGER) AS source_no,
    CAST(power(2, dense_rank() OVER (ORDER BY document_type.code) - 1) AS BIGINT) AS source_bit,
    CAST(row_number() OVER (ORDER BY delivery.delivery_id) AS INTEGER) AS delivery_no,
    CAST(delivery.period AS VARCHAR) AS period,
    CAST(document_type.cycle AS VARCHAR) = 'on_request' AS is_on_request,
    CASE WHEN kind.attribution = 'month' THEN 'known' ELSE 'assumed' END AS status,
    CASE WHEN kind.attribution = 'month' THEN 'reported_month' ELSE 'yearly_total_by_twelve' END
        AS method,
    kind.*
FROM delivery
CROSS JOIN knowledge
INNER JOIN document_type ON document_type.code = delivery.document_type
INNER JOIN profile_kind AS kind ON kind.income_asset_code = document_type.income_asset_code
WHERE delivery.is_effective
    AND (knowledge.known_at IS NULL OR delivery.made_at <= knowledge.known_at)
