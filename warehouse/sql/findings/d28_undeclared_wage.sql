-- One row: one piece of evidence that a person of a unit on livelihood benefit earned, in two months in
-- a row, clearly more than the wage on which the benefit rests.
-- The wage that two institutions independently report is the second largest of what each reports.
-- The wage on which the benefit rests is not sent to the hub. It cannot be more than what the payment
-- leaves room for: (threshold − paid to the unit) grossed up by the deductions. That upper bound is
-- taken as declared, in the unit's favour.
-- Only months that a source states are compared; yearly totals are never spread over months.
-- Who is missing: wages that only one institution knows; the first month of a run; people whose unit
-- has no known threshold. At stake is the excess, at most what the unit was paid.
WITH deduction AS (
    SELECT
        max(CASE WHEN parameter = 'earned_income_deduction_rate' THEN amount END) AS ppm,
        max(CASE WHEN parameter = 'earned_income_first_deduction' AND key = 'young' THEN amount END)
            AS first_young,
        max(
            CASE
                WHEN parameter = 'earned_income_first_deduction' AND key = 'aged'
                    THEN amount
            END
        ) AS first_aged,
        max(CASE WHEN parameter = 'young_earner_last_age' THEN amount END) AS young_last_age
    FROM parameter_in_force
),
reported AS (
    SELECT
        income.person_id,
        income.month,
        document_type.institution,
        max(income.monthly_amount) AS amount
    FROM income
    INNER JOIN document_type ON document_type.code = income.document_type
    INNER JOIN profile_kind AS kind ON kind.income_asset_code = income.income_asset_code
    WHERE income.status = 'known' AND kind.overlap IN ('regular_wage', 'daily_wage')
    GROUP BY income.person_id, income.month, document_type.institution
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
unit_size AS (
    SELECT household_id, count(*) AS members
    FROM assistance_unit_member
    WHERE is_counted
    GROUP BY household_id
),
unit_paid AS (
    SELECT
        unit.household_id,
        benefit_received.month,
        CAST(sum(benefit_received.amount) AS BIGINT) AS paid_amount
    FROM benefit_received
    INNER JOIN d28_programme ON d28_programme.programme_code = benefit_received.programme_code
    INNER JOIN assistance_unit_member AS unit ON unit.person_id = benefit_received.person_id
    GROUP BY unit.household_id, benefit_received.month
),
declared AS (
    SELECT
        unit.household_id,
        unit.person_id,
        unit_paid.month,
        unit_paid.paid_amount,
        greatest(threshold.amount - unit_paid.paid_amount, 0) * 1000000
        // (1000000 - deduction.ppm)
        + greatest(
            CASE
                WHEN unit.age_years <= deduction.young_last_age THEN deduction.first_young ELSE 0
            END,
            CASE
                WHEN unit.age_years >= 65 OR person_fact.is_severely_disabled
                    THEN deduction.first_aged
                ELSE 0
            END
        ) AS declared_amount
    FROM unit_paid
    CROSS JOIN deduction
    INNER JOIN assistance_unit_member AS unit
        ON unit.household_id = unit_paid.household_id AND unit.is_counted
    INNER JOIN person_fact ON person_fact.person_id = unit.person_id
    INNER JOIN unit_size ON unit_size.household_id = unit_paid.household_id
    INNER JOIN parameter_value AS threshold
        ON threshold.parameter = 'livelihood_threshold'
        AND threshold.key = CAST(unit_size.members AS VARCHAR)
        AND threshold.valid_from <= unit_paid.month
        AND (threshold.valid_to IS NULL OR threshold.valid_to >= unit_paid.month)
),
exceeded AS (
    SELECT
        declared.household_id,
        declared.person_id,
        declared.month,
        declared.paid_amount,
        declared.declared_amount,
        corroborated.wage_amount
    FROM declared
    CROSS JOIN d28_setting AS setting
    INNER JOIN corroborated
        ON corroborated.person_id = declared.person_id AND corroborated.month = declared.month
    WHERE corroborated.wage_amount
        > declared.declared_amount
        + greatest(declared.declared_amount * setting.tolerance_ppm // 1000000, setting.tolerance_amount)
),
found AS (
    SELECT
        second.person_id AS subject_id,
        second.person_id,
        'P001' AS programme_code,
        CAST(NULL AS VARCHAR) AS other_programme_code,
        second.month AS period,
        first.month AS first_period,
        second.month AS last_period,
        second.household_id,
        least(second.paid_amount, second.wage_amount - second.declared_amount) AS amount_at_stake,
        'wage ' || CAST(second.wage_amount AS VARCHAR)
        || '; declared ' || CAST(second.declared_amount AS VARCHAR) AS statement
    FROM exceeded AS second
    INNER JOIN exceeded AS first
        ON first.person_id = second.person_id
        AND first.month = CAST(second.month - INTERVAL '1' MONTH AS DATE)
),
wage_row AS (
    SELECT income.person_id, income.month, income.document_type, income.delivery_id, income.line
    FROM income
    INNER JOIN profile_kind AS kind ON kind.income_asset_code = income.income_asset_code
    WHERE income.status = 'known'
        AND kind.overlap IN ('regular_wage', 'daily_wage')
        AND income.monthly_amount > 0
),
payment_row AS (
    SELECT
        unit.household_id,
        benefit_received.month,
        benefit_received.document_type,
        benefit_received.delivery_id,
        benefit_received.line
    FROM benefit_received
    INNER JOIN d28_programme ON d28_programme.programme_code = benefit_received.programme_code
    INNER JOIN assistance_unit_member AS unit ON unit.person_id = benefit_received.person_id
),
evidence AS (
    SELECT
        found.subject_id,
        found.programme_code,
        found.other_programme_code,
        found.period,
        'wage' AS role,
        wage_row.document_type,
        wage_row.delivery_id,
        wage_row.line
    FROM found
    INNER JOIN wage_row
        ON wage_row.person_id = found.person_id
        AND wage_row.month IN (found.period, found.first_period)
    UNION ALL
    SELECT found.subject_id, found.programme_code, found.other_programme_code, found.period,
        'payment', payment_row.document_type, payment_row.delivery_id, payment_row.line
    FROM found
    INNER JOIN payment_row
        ON payment_row.household_id = found.household_id
        AND payment_row.month IN (found.period, found.first_period)
)
{{rows}}
