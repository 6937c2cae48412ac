-- title: People paid the same programme by two payers in one month
-- title_ko: 같은 달 같은 사업을 두 기관에서 받은 사람
-- explains: One programme, one person, one month, several paying regions.
-- set month (month): the month that was paid
SELECT
    paid.programme_code,
    paid.person_id,
    count(DISTINCT paid.payer_region) AS payers,
    sum(paid.amount)::BIGINT AS amount
FROM benefit_received AS paid
WHERE paid.month = $month
GROUP BY ALL
HAVING count(DISTINCT paid.payer_region) > 1
ORDER BY amount DESC, paid.person_id, paid.programme_code
