-- title: Findings by rule and institution
-- title_ko: 규칙과 기관별 적발 현황
-- explains: Findings of the night by rule and by the institution whose records are evidence. A finding that rests on several institutions counts for each.
SELECT
    finding.rule_id,
    detection_rule.name_ko,
    document_type.institution,
    document_type.institution_name_ko,
    count(DISTINCT finding.finding_id) AS findings
FROM finding
INNER JOIN finding_evidence ON finding.finding_id = finding_evidence.finding_id
INNER JOIN document_type ON finding_evidence.document_type = document_type.code
INNER JOIN detection_rule ON finding.rule_id = detection_rule.rule_id
GROUP BY ALL
ORDER BY findings DESC, finding.rule_id, document_type.institution
