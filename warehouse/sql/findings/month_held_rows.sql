-- The last part of a rule that asks whether a programme that a person held in a month, paid or only entitled,
-- was due. The rule gives three tables by name:
--   held    rows by which programmes are held, also of months of which nothing is asked: person_id,
--           programme_code, month, amount (or null), role, document_type, delivery_id, line
--   asked   one row a finding, about a month that was held: person_id, programme_code, first_month,
--           month, statement
--   reason  rows that speak against a month: person_id, programme_code, month, role, document_type,
--           delivery_id, line
-- At stake is what was paid for the month.
-- One row: a piece of evidence of one finding. Who is missing: months that nobody held.
month_found AS (
    SELECT
        asked.person_id,
        asked.programme_code,
        asked.first_month,
        asked.month,
        sum(held.amount) AS amount,
        asked.statement
    FROM asked
    INNER JOIN held
        ON held.person_id = asked.person_id
        AND held.programme_code = asked.programme_code
        AND held.month = asked.month
    GROUP BY asked.person_id, asked.programme_code, asked.first_month, asked.month, asked.statement
),
month_evidence AS (
    SELECT person_id, programme_code, month, role, document_type, delivery_id, line
    FROM held
    UNION ALL
    SELECT person_id, programme_code, month, role, document_type, delivery_id, line
    FROM reason
),
{{person_month_rows}}
