-- One row: a finding, with what a case needs beyond the finding itself: which institutions sent the
-- records it rests on (codes with commas), how many records, and whether one of them is a yearly total
-- of income (is_averaged): from such a month no debt may follow.
-- Who is missing: nobody; every finding has evidence. Which source wins: none, all senders count.
WITH sender AS (
    SELECT DISTINCT finding_evidence.finding_id, document_type.institution
    FROM finding_evidence
    INNER JOIN document_type ON document_type.code = finding_evidence.document_type
),
senders AS (
    SELECT finding_id, string_agg(institution, ',' ORDER BY institution) AS institutions
    FROM sender
    GROUP BY finding_id
),
record AS (
    SELECT
        finding_evidence.finding_id,
        count(*) AS evidence_rows,
        max(CASE WHEN kind.is_income AND kind.attribution = 'year' THEN 1 ELSE 0 END) AS averaged
    FROM finding_evidence
    LEFT JOIN document_type ON document_type.code = finding_evidence.document_type
    LEFT JOIN profile_kind AS kind ON kind.income_asset_code = document_type.income_asset_code
    GROUP BY finding_evidence.finding_id
)
SELECT
    finding.finding_id,
    finding.rule_id,
    finding.subject_kind,
    finding.period,
    finding.action_cap,
    finding.rule_version,
    coalesce(senders.institutions, '') AS institutions,
    coalesce(record.evidence_rows, 0) AS evidence_rows,
    coalesce(record.averaged, 0) = 1 AS is_averaged
FROM finding
LEFT JOIN senders ON senders.finding_id = finding.finding_id
LEFT JOIN record ON record.finding_id = finding.finding_id
ORDER BY finding.finding_id
