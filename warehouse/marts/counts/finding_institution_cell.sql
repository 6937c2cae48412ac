-- One row: how many people one rule has found by records of one institution.
-- Who is missing: cells of fewer people than the smallest that may be told. A finding that rests on
-- records of several institutions counts for each. Counts are rounded. Which source wins: see
-- finding_evidence.
SELECT
    finding.rule_id,
    document_type.institution,
    count(DISTINCT coalesce(finding.person_id, finding.subject_id)) AS people
FROM finding
INNER JOIN finding_evidence ON finding.finding_id = finding_evidence.finding_id
INNER JOIN document_type ON finding_evidence.document_type = document_type.code
GROUP BY ALL
