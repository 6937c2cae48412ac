-- One row: a finding: a subject, a programme and a month that a rule points at. It is never a verdict;
-- only a registered death may hold a payment by itself (action AUTO).
-- Who is missing: see finding_candidate. Which source wins: each rule says so.
SELECT DISTINCT
    candidate.finding_id,
    candidate.rule_id,
    rule.rule_version,
    rule.subject_kind,
    candidate.subject_id,
    candidate.person_id,
    candidate.programme_code,
    candidate.other_programme_code,
    candidate.period,
    candidate.first_period,
    candidate.last_period,
    candidate.amount_at_stake,
    candidate.statement,
    rule.action,
    rule.action_cap,
    rule.severity,
    rule.legal_basis,
    rule.clears_when_en AS clears_when,
    rule.clears_when_ko
FROM finding_candidate AS candidate
INNER JOIN detection_rule AS rule ON rule.rule_id = candidate.rule_id
ORDER BY candidate.rule_id, candidate.subject_id, candidate.programme_code, candidate.period,
    candidate.finding_id
