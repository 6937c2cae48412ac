-- One row: how many living people of one sex, band of ages and province there are.
-- Who is missing: cells of fewer people than the smallest that may be told; people without a
-- birth date. Counts are rounded. Which source wins: see person.
SELECT
    person.sex,
    age_band(person.birth_date, night.as_of) AS age_band,
    left(person.legal_dong_code, 2) AS province,
    person.is_foreign,
    count(*) AS people
FROM person, night
WHERE person.death_date IS NULL AND person.birth_date IS NOT NULL
GROUP BY ALL
