-- title: Decisions whose evidence did not arrive
-- title_ko: 증거 문서가 도착하지 않은 판정
-- explains: Programmes with a condition of which every document type that could serve as evidence is missing.
SELECT
    gap.programme_code,
    programme.name_ko,
    condition.text_ko,
    condition.text_en,
    gap.document_types
FROM condition_gap AS gap
INNER JOIN programme ON gap.programme_code = programme.code
LEFT JOIN programme_condition AS condition
    ON gap.programme_code = condition.programme_code AND gap.bit = condition.bit
ORDER BY gap.programme_code, gap.bit, gap.document_types
