-- title: Quarantined rows by document type
-- title_ko: 문서 종류별 격리된 행
-- explains: Deliveries with quarantined rows or stopped as a whole, in rows and won, the worst first. `hub quarantine` names the rules that the rows break.
SELECT
    delivery.document_type,
    document_type.name_ko,
    delivery.institution,
    delivery.stop_rule,
    count(*) AS deliveries,
    sum(delivery.rows_received)::BIGINT AS rows_received,
    sum(delivery.rows_quarantined)::BIGINT AS rows_quarantined,
    sum(delivery.won_quarantined)::BIGINT AS won_quarantined
FROM delivery
INNER JOIN document_type ON delivery.document_type = document_type.code
WHERE delivery.rows_quarantined > 0 OR delivery.stop_rule IS NOT NULL
GROUP BY ALL
ORDER BY rows_quarantined DESC NULLS LAST, delivery.document_type, delivery.stop_rule
