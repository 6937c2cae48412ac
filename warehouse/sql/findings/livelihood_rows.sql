-- The last part of a rule that compares what a person has with the livelihood benefit of the person's
-- household (livelihood_room). The rule gives two tables by name:
--   compared_month  one row a finding: household_id, person_id, first_month and month (the months that
--                   were compared), amount (at stake, or null), statement
--   reason          rows that show what the person has: person_id, month (the finding's), role,
--                   document_type, delivery_id, line
-- The payments of the months that were compared are evidence, too.
-- One row: a piece of evidence of one finding. Who is missing: a finding without evidence.
month_found AS (
    SELECT person_id, 'P001' AS programme_code, first_month, month, amount, statement
    FROM compared_month
),
month_evidence AS (
    SELECT person_id, 'P001' AS programme_code, month, role, document_type, delivery_id, line
    FROM reason
    UNION ALL
    SELECT compared_month.person_id, 'P001', compared_month.month, 'payment', room.document_type,
        room.delivery_id, room.line
    FROM compared_month
    INNER JOIN livelihood_room AS room
        ON room.household_id = compared_month.household_id
        AND room.month >= compared_month.first_month
        AND room.month <= compared_month.month
),
{{person_month_rows}}
