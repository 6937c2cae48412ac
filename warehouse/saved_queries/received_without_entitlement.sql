-- title: Who received a programme without being entitled
-- title_ko: 수급 자격 없이 급여를 받은 사람
-- explains: Payments of a month to people who, or whose assistance unit, are decided ineligible for the programme on the night's date, with the conditions that fail. A question to people, not a verdict.
-- set month (month): the month that was paid
SELECT
    paid.programme_code,
    programme.name_ko,
    paid.person_id,
    sum(paid.amount)::BIGINT AS paid_amount,
    any_value(decision.reasons) AS reasons
FROM benefit_received AS paid
LEFT JOIN assistance_unit_member AS member ON paid.person_id = member.person_id
INNER JOIN decision
    ON
        paid.programme_code = decision.programme_code
        AND decision.subject_id IN (paid.person_id, member.household_id)
INNER JOIN programme ON paid.programme_code = programme.code
WHERE paid.month = $month AND decision.outcome = 'ineligible'
GROUP BY ALL
ORDER BY paid_amount DESC, paid.person_id, paid.programme_code
