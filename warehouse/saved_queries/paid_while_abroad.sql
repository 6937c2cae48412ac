-- title: Payments while the recipient was abroad the whole month
-- title_ko: 한 달 내내 해외에 있던 사람에게 지급된 급여
-- explains: Payments of a month that lies within a stay abroad. Many programmes allow it; the rules say which do not.
-- set month (month): the month that was paid
SELECT paid.programme_code, paid.person_id, paid.amount, stay.left_on, stay.returned_on
FROM benefit_received AS paid
INNER JOIN stay_abroad AS stay ON paid.person_id = stay.person_id
WHERE
    paid.month = $month
    AND stay.left_on < $month
    AND coalesce(stay.returned_on, DATE '9999-12-31') > last_day($month)
ORDER BY paid.amount DESC, paid.person_id, paid.programme_code
