-- title: Evidence of a finding
-- title_ko: 적발의 증거
-- explains: Each record that a finding rests on, with its delivery, the file's SHA-256 and the legal basis of the document type.
-- set finding (code): the finding's ID
SELECT
    evidence.role,
    evidence.document_type,
    document_type.name_ko,
    evidence.delivery_id,
    evidence.line,
    evidence.made_at,
    delivery.sha256,
    document_type.legal_basis
FROM finding_evidence AS evidence
INNER JOIN document_type ON evidence.document_type = document_type.code
LEFT JOIN delivery ON evidence.delivery_id = delivery.delivery_id
WHERE evidence.finding_id = $finding
ORDER BY evidence.role, evidence.delivery_id, evidence.line
