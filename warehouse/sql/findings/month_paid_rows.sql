-- The last part of a rule that asks whether a person's programme was due for a month. The rule gives two
-- tables by name:
--   paid    rows of payments, also of months of which nothing is asked: person_id, programme_code, month,
--           amount, document_type, delivery_id, line
--   reason  rows that speak against a month: person_id, programme_code, month, role, document_type,
--           delivery_id, line, and said, the first words of the statement. A row that only adds evidence
--           says nothing (null); of several words the first in order are taken. Where the reason is that
--           nothing is told of somebody, delivery_id is null: no row shows that.
-- The statement ends with what was paid, and that is what is at stake.
-- One row: a piece of evidence of one finding. Who is missing: months without a reason.
said AS (
    SELECT person_id, programme_code, month, min(said) AS said
    FROM reason
    GROUP BY person_id, programme_code, month
),
month_found AS (
    SELECT
        paid.person_id,
        paid.programme_code,
        paid.month AS first_month,
        paid.month,
        sum(paid.amount) AS amount,
        said.said || '; paid ' || CAST(sum(paid.amount) AS VARCHAR) AS statement
    FROM paid
    INNER JOIN said
        ON said.person_id = paid.person_id
        AND said.programme_code = paid.programme_code
        AND said.month = paid.month
    GROUP BY paid.person_id, paid.programme_code, paid.month, said.said
),
month_evidence AS (
    SELECT person_id, programme_code, month, 'payment' AS role, document_type, delivery_id, line
    FROM paid
    UNION ALL
    SELECT person_id, programme_code, month, role, document_type, delivery_id, line
    FROM reason
    WHERE delivery_id IS NOT NULL
),
{{person_month_rows}}
