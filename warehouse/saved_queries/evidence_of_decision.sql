-- title: Evidence of a decision
-- title_ko: 판정의 근거 기록
-- explains: The records behind the means and facts of a person about whom a programme was decided.
-- set person (code): the person's ID
SELECT 'means' AS kind, figure AS about, status, amount, use, document_type, delivery_id, line
FROM profile_evidence
WHERE person_id = $person
UNION ALL
SELECT 'fact', fact, said, NULL, NULL, document_type, delivery_id, line
FROM fact_evidence
WHERE person_id = $person
ORDER BY ALL
