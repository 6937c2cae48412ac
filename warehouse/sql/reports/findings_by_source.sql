-- One row: a rule and an institution whose records a finding of the rule rests on: the match matrix.
-- Who is missing: institutions of which no record is evidence. A finding counts for each institution.
SELECT
    finding.rule_id,
    document_type.institution,
    count(DISTINCT finding.finding_id) AS findings
FROM finding
INNER JOIN finding_evidence AS evidence ON evidence.finding_id = finding.finding_id
INNER JOIN document_type ON document_type.code = evidence.document_type
GROUP BY finding.rule_id, document_type.institution
ORDER BY finding.rule_id, document_type.institution
