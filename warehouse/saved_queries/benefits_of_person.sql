-- title: Benefits that a person was paid
-- title_ko: 한 사람이 받은 급여
-- explains: Payments of the last year by programme, month and payer.
-- set person (code): the person's ID
SELECT
    paid.month,
    paid.programme_code,
    programme.name_ko,
    paid.payer_region,
    paid.amount,
    paid.document_type,
    paid.delivery_id,
    paid.line
FROM benefit_received AS paid
INNER JOIN programme ON paid.programme_code = programme.code
WHERE paid.person_id = $person
ORDER BY paid.month, paid.programme_code, paid.delivery_id, paid.line
