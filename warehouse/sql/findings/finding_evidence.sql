-- One row: a row of a delivery that a finding rests on; (delivery_id, line) points into the archive.
-- Who is missing: nobody; every finding has evidence.
SELECT DISTINCT
    finding_id,
    role,
    document_type,
    delivery_id,
    line
FROM finding_candidate
ORDER BY finding_id, role, delivery_id, line
