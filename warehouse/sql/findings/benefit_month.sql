-- One row: what a person was paid of one programme for one month, by all payers together (won).
-- Who is missing: see benefit_received. Which source wins: none; payers are added up.
SELECT
    person_id,
    programme_code,
    month,
    CAST(sum(amount) AS BIGINT) AS amount,
    max(CASE WHEN in_kind THEN 1 ELSE 0 END) = 1 AS in_kind,
    count(*) AS payers
FROM benefit_received
GROUP BY person_id, programme_code, month
ORDER BY person_id, programme_code, month
