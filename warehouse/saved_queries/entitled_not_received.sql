-- title: Who is entitled and does not receive
-- title_ko: 자격이 있으나 받지 못하는 사람 수
-- explains: Subjects decided eligible who do not receive the programme, counted by programme.
SELECT
    decision.programme_code,
    programme.name_ko,
    decision.subject_kind,
    count(*) AS subjects,
    sum(decision.payable_amount)::BIGINT AS payable_amount
FROM decision
INNER JOIN programme ON decision.programme_code = programme.code
WHERE decision.is_new
GROUP BY ALL
ORDER BY subjects DESC, decision.programme_code, decision.subject_kind
