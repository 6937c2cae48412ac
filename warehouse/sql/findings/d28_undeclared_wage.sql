-- One row: one piece of evidence that a person of a unit on livelihood benefit earned, in two months in
-- a row, clearly more than the wage on which the benefit rests.
-- The wage that two institutions independently report is the second largest of what each reports.
-- The wage on which the benefit rests is not sent to the hub. It cannot be more than what the payment
-- leaves room for (livelihood_work_room). That upper bound is taken as declared, in the unit's favour.
-- Which source wins: none; the second largest is the least that two institutions agree on.
-- Only months that a source states are compared; yearly totals are never spread over months.
-- Who is missing: wages that only one institution knows; the first month of a run; people whose unit
-- has no known threshold. At stake is the excess, at most what the unit was paid.
WITH wage_row AS (
    SELECT
        income.person_id,
        income.month,
        income.monthly_amount,
        income.document_type,
        income.delivery_id,
        income.line
    FROM (SELECT DISTINCT person_id FROM livelihood_work_room) AS member
    INNER JOIN income ON income.person_id = member.person_id
    INNER JOIN profile_kind AS kind ON kind.income_asset_code = income.income_asset_code
    WHERE income.status = 'known' AND kind.overlap IN ('regular_wage', 'daily_wage')
),
reported AS (
    SELECT
        wage_row.person_id,
        wage_row.month,
        document_type.institution,
        max(wage_row.monthly_amount) AS amount
    FROM wage_row
    INNER JOIN livelihood_work_room AS room
        ON room.person_id = wage_row.person_id AND room.month = wage_row.month
    INNER JOIN document_type ON document_type.code = wage_row.document_type
    GROUP BY wage_row.person_id, wage_row.month, document_type.institution
),
ranked AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY person_id, month ORDER BY amount DESC, institution) AS place
    FROM reported
),
corroborated AS (
    SELECT ranked.person_id, ranked.month, ranked.amount AS wage_amount
    FROM ranked
    CROSS JOIN d28_setting AS setting
    WHERE place = setting.min_sources AND amount > 0
),
exceeded AS (
    SELECT
        room.household_id,
        room.person_id,
        room.month,
        room.paid_amount,
        room.work_amount AS declared_amount,
        corroborated.wage_amount
    FROM livelihood_work_room AS room
    CROSS JOIN d28_setting AS setting
    INNER JOIN corroborated
        ON corroborated.person_id = room.person_id AND corroborated.month = room.month
    WHERE corroborated.wage_amount
        > room.work_amount
        + greatest(room.work_amount * setting.tolerance_ppm // 1000000, setting.tolerance_amount)
),
compared_month AS (
    SELECT
        second.household_id,
        second.person_id,
        first.month AS first_month,
        second.month,
        least(second.paid_amount, second.wage_amount - second.declared_amount) AS amount,
        'wage ' || CAST(second.wage_amount AS VARCHAR)
        || '; paid ' || CAST(second.paid_amount AS VARCHAR) AS statement
    FROM exceeded AS second
    INNER JOIN exceeded AS first
        ON first.person_id = second.person_id
        AND first.month = CAST(second.month - INTERVAL '1' MONTH AS DATE)
),
reason AS (
    SELECT
        compared_month.person_id,
        compared_month.month,
        'wage' AS role,
        wage_row.document_type,
        wage_row.delivery_id,
        wage_row.line
    FROM compared_month
    INNER JOIN wage_row
        ON wage_row.person_id = compared_month.person_id
        AND wage_row.month IN (compared_month.month, compared_month.first_month)
        AND wage_row.monthly_amount > 0
),
{{livelihood_rows}}
