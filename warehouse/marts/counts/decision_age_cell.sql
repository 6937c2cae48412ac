-- One row: how many people of one sex and band of ages have one outcome in one programme.
-- Who is missing: decisions about households; cells of fewer people than the smallest that may be
-- told. Counts are rounded. A person has one decision in a programme, so decisions are counted.
-- Which source wins: see decision and person.
SELECT
    decision.programme_code,
    decision.outcome,
    person.sex,
    age_band(person.birth_date, decision.as_of) AS age_band,
    count(*) AS people
FROM decision
INNER JOIN person ON decision.subject_id = person.person_id
WHERE person.birth_date IS NOT NULL
GROUP BY ALL
