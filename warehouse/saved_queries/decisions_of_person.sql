-- title: Decisions about a person and their reasons
-- title_ko: 한 사람에 대한 판정과 사유
-- explains: Every decision about the person or the household that the person is counted in, with the conditions that fail or are unknown.
-- set person (code): the person's ID
SELECT
    decision.programme_code,
    programme.name_ko,
    decision.subject_kind,
    decision.outcome,
    decision.payable_amount,
    decision.is_received,
    reason.state,
    reason.text_ko,
    reason.text_en,
    reason.citation
FROM decision
INNER JOIN programme ON decision.programme_code = programme.code
LEFT JOIN decision_reason AS reason
    ON decision.subject_id = reason.subject_id AND decision.programme_code = reason.programme_code
WHERE
    decision.subject_id = $person
    OR decision.subject_id IN (
        SELECT household_id FROM assistance_unit_member WHERE person_id = $person
    )
ORDER BY decision.programme_code, reason.bit
