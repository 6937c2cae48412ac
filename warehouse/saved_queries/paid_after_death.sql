-- title: Payments after a registered death
-- title_ko: 사망 등록 후 지급된 급여
-- explains: Payments of months that begin after the recipient's registered death, with the record of the death.
SELECT
    paid.programme_code,
    paid.person_id,
    paid.month,
    paid.amount,
    death.died_on,
    death.document_type AS death_document_type,
    death.delivery_id AS death_delivery_id,
    death.line AS death_line
FROM benefit_received AS paid
INNER JOIN registered_death AS death ON paid.person_id = death.person_id
WHERE paid.month > death.died_on AND paid.amount > 0
ORDER BY paid.month, paid.person_id, paid.programme_code
