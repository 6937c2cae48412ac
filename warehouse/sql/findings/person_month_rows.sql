-- The last part of a rule whose finding is about one person and one month. The rule gives two tables by
-- name:
--   month_found     one row a finding: person_id, programme_code (or null), first_month and month (the
--                   same, unless the finding compares months), amount (at stake, or null), statement
--   month_evidence  rows of deliveries: person_id, programme_code and month as in month_found, role,
--                   document_type, delivery_id, line
-- One row: a piece of evidence of one finding. Who is missing: a finding without evidence.
found AS (
    SELECT
        person_id AS subject_id,
        person_id,
        programme_code,
        CAST(NULL AS VARCHAR) AS other_programme_code,
        month AS period,
        first_month AS first_period,
        month AS last_period,
        amount AS amount_at_stake,
        statement
    FROM month_found
),
evidence AS (
    SELECT
        person_id AS subject_id,
        programme_code,
        CAST(NULL AS VARCHAR) AS other_programme_code,
        month AS period,
        role,
        document_type,
        delivery_id,
        line
    FROM month_evidence
)
{{finding_rows}}
