-- One row: a row of a delivery that a finding rests on; (delivery_id, line) points into the archive.
-- made_at is the sender's stamp; when the hub received the delivery is in the ledger.
-- Who is missing: nobody; every finding has evidence.
SELECT DISTINCT
    candidate.finding_id,
    candidate.role,
    candidate.document_type,
    candidate.delivery_id,
    candidate.line,
    delivery.made_at
FROM finding_candidate AS candidate
LEFT JOIN delivery ON delivery.delivery_id = candidate.delivery_id
ORDER BY candidate.finding_id, candidate.role, candidate.delivery_id, candidate.line
