-- title: Stopped deliveries and why
-- title_ko: 중단된 전송본과 사유
-- explains: Deliveries that were stopped, the rule, line and reason; no value of the file is told.
SELECT delivery_id, institution, made_at, stop_rule, stop_line, stop_detail
FROM delivery
WHERE stop_rule IS NOT NULL
ORDER BY made_at, delivery_id
