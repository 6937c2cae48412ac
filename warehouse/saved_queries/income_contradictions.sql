-- title: Contradicting reports of income
-- title_ko: 서로 어긋나는 소득 보고
-- explains: Reports of a person's income that contradict the one that is used, the largest difference first.
-- set least (integer) = 0: smallest difference in won
SELECT
    person_id,
    month,
    figure,
    used_amount,
    used_document_type,
    other_amount,
    other_document_type,
    difference_amount
FROM income_conflict
WHERE abs(difference_amount) >= $least
ORDER BY abs(difference_amount) DESC, person_id, used_document_type, other_document_type
