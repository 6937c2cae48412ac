-- title: Payments that are held
-- title_ko: 보류된 지급
-- explains: Which payments are held, from when, by which finding and what would clear it.
SELECT
    payment_hold.programme_code,
    payment_hold.person_id,
    payment_hold.held_from,
    finding.rule_id,
    finding.statement,
    finding.clears_when_ko
FROM payment_hold
INNER JOIN finding ON payment_hold.finding_id = finding.finding_id
ORDER BY payment_hold.held_from, payment_hold.person_id, payment_hold.programme_code
