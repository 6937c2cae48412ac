-- One row: how many subjects have one outcome in one programme, and how many of them receive it.
-- Who is missing: cells of fewer subjects than the smallest that may be told. Counts are rounded. A subject
-- has one decision in a programme, so decisions are counted.
-- Which source wins: see decision.
SELECT
    decision.programme_code,
    decision.subject_kind,
    decision.outcome,
    decision.is_received,
    count(*) AS people
FROM decision
GROUP BY ALL
