-- One row: one piece of evidence that a unit's income, recomputed by the law of recognised income from
-- what sources state for each month, was over the threshold in two months in a row while the unit was
-- paid; or, the other way, that a unit which was paid before, or was refused, qualifies now.
-- Over the threshold: wages after the deductions, public pensions and transfers, and benefits that
-- count. What is owned is not added: it is known as it stands tonight and not month by month, and
-- other rules look at it. Nor are yearly totals, help from others, pay of public work, and what ends by
-- itself within months (job seeking, parental leave). So it is a lower bound, in the unit's favour, and
-- the threshold is that of the largest size the unit can have. Resettled defectors (I17-F34-01) have
-- medical aid whatever their income.
-- Qualifies now: the night's decision is eligible and not received, by a clear margin; the last
-- payment lies in the months before, or an application was refused or withdrawn.
-- The unit is the recipient's registered household: whom the law brings in from another address makes
-- the threshold higher, and adds no income (who belongs to a unit is another rule's question).
-- Who is missing: units with no known threshold, members who moved in after the month began, and newly
-- qualified units that never asked (is_new of the decisions).
-- Which source wins: see monthly_income.
WITH deduction AS (
    SELECT wage_deduction.*
    FROM wage_deduction
    INNER JOIN night ON night.month = wage_deduction.month
),
stay AS (
    SELECT home.person_id, home.household_id, home.relation_to_head, home.valid_from
    FROM household_member AS home
    CROSS JOIN night
    WHERE (home.valid_from IS NULL OR home.valid_from <= night.as_of)
        AND (home.valid_to IS NULL OR home.valid_to >= night.as_of)
),
held AS (
    SELECT
        unit_benefit.person_id,
        stay.household_id,
        unit_benefit.household_id AS law_household_id,
        unit_benefit.programme_code,
        unit_benefit.month,
        unit_benefit.amount,
        unit_benefit.role,
        unit_benefit.document_type,
        unit_benefit.delivery_id,
        unit_benefit.line,
        CASE unit_benefit.programme_code
            WHEN 'P001' THEN 'livelihood_threshold'
            WHEN 'P009' THEN 'medical_threshold'
            WHEN 'P010' THEN 'medical_threshold'
            WHEN 'P243' THEN 'housing_threshold'
        END AS threshold_parameter
    FROM unit_benefit
    INNER JOIN d38_programme ON d38_programme.programme_code = unit_benefit.programme_code
    INNER JOIN stay ON stay.person_id = unit_benefit.person_id
    WHERE unit_benefit.document_type <> 'I17-F34-01'
),
at_home AS (
    SELECT household_id, count(*) AS members
    FROM stay
    WHERE coalesce(relation_to_head, '') <> 'cohabitant'
    GROUP BY household_id
),
elsewhere AS (
    SELECT household_id, count(*) AS members
    FROM assistance_unit_member
    WHERE is_counted AND reason <> 'same_register'
    GROUP BY household_id
),
unit AS (
    SELECT
        held.household_id,
        max(at_home.members + coalesce(elsewhere.members, 0)) AS members
    FROM (SELECT DISTINCT household_id, law_household_id FROM held) AS held
    INNER JOIN at_home ON at_home.household_id = held.household_id
    LEFT JOIN elsewhere
        ON elsewhere.household_id = held.household_id
        AND held.law_household_id = held.household_id
    GROUP BY held.household_id
),
member AS (
    SELECT
        stay.household_id,
        stay.person_id,
        stay.valid_from AS lives_there_from,
        greatest(
            deduction.general_first_amount,
            CASE
                WHEN circumstance.age_years <= deduction.young_last_age THEN deduction.young_first_amount
                ELSE 0
            END,
            CASE WHEN circumstance.is_student THEN deduction.student_first_amount ELSE 0 END,
            CASE WHEN circumstance.is_disabled THEN deduction.disabled_first_amount ELSE 0 END,
            CASE
                WHEN circumstance.age_years >= deduction.aged_first_age THEN deduction.aged_first_amount
                ELSE 0
            END
        ) AS first_deduction,
        1000000 - deduction.deduction_ppm AS counted_ppm
    FROM unit
    CROSS JOIN deduction
    INNER JOIN stay ON stay.household_id = unit.household_id
    INNER JOIN assistance_unit_member AS counted
        ON counted.person_id = stay.person_id AND counted.is_counted
    INNER JOIN person_circumstance AS circumstance ON circumstance.person_id = stay.person_id
),
-- A benefit that is told again as income of a kind would count twice.
counted_benefit AS (
    SELECT
        receipt.person_id,
        receipt.month,
        receipt.amount,
        receipt.document_type,
        receipt.delivery_id,
        receipt.line
    FROM benefit_received AS receipt
    INNER JOIN member ON member.person_id = receipt.person_id
    INNER JOIN programme_interaction AS counted
        ON counted.programme_code = receipt.programme_code
        AND counted.kind = 'counted_as_income_in'
        AND counted.other = 'P001'
    INNER JOIN document_type ON document_type.code = receipt.document_type
    WHERE document_type.income_asset_code IS NULL AND receipt.amount > 0
),
income_row AS (
    SELECT person_id, month, role, amount, document_type, delivery_id, line
    FROM monthly_income
    UNION ALL
    SELECT person_id, month, 'benefit', amount, document_type, delivery_id, line
    FROM counted_benefit
),
member_income AS (
    SELECT
        member.household_id,
        income_row.month,
        greatest(
            sum(CASE WHEN income_row.role = 'wage' THEN income_row.amount ELSE 0 END)
            - max(member.first_deduction),
            0
        ) * max(member.counted_ppm) // 1000000
        + sum(CASE WHEN income_row.role = 'wage' THEN 0 ELSE income_row.amount END) AS amount
    FROM member
    INNER JOIN income_row
        ON income_row.person_id = member.person_id
        AND (member.lives_there_from IS NULL OR member.lives_there_from <= income_row.month)
    GROUP BY member.household_id, member.person_id, income_row.month
),
unit_income AS (
    SELECT household_id, month, CAST(sum(amount) AS BIGINT) AS amount
    FROM member_income
    GROUP BY household_id, month
),
held_month AS (
    SELECT
        held.person_id,
        held.household_id,
        held.programme_code,
        held.month,
        held.threshold_parameter,
        CAST(sum(held.amount) AS BIGINT) AS amount
    FROM held
    GROUP BY held.person_id, held.household_id, held.programme_code, held.month,
        held.threshold_parameter
),
limited AS (
    SELECT
        held_month.*,
        threshold.amount AS threshold_amount,
        threshold.amount + threshold.amount * setting.tolerance_ppm // 1000000 AS tolerated_amount
    FROM held_month
    CROSS JOIN d38_setting AS setting
    INNER JOIN unit ON unit.household_id = held_month.household_id
    INNER JOIN parameter_value AS threshold
        ON threshold.parameter = held_month.threshold_parameter
        AND threshold.key = CAST(unit.members AS VARCHAR)
        AND threshold.valid_from <= held_month.month
        AND (threshold.valid_to IS NULL OR threshold.valid_to >= held_month.month)
),
crossed AS (
    SELECT
        limited.*,
        income.amount AS income_amount,
        before.month AS month_before
    FROM limited
    INNER JOIN unit_income AS income
        ON income.household_id = limited.household_id
        AND income.month = limited.month
        AND income.amount > limited.tolerated_amount
    INNER JOIN unit_income AS before
        ON before.household_id = limited.household_id
        AND before.month = CAST(limited.month - INTERVAL '1' MONTH AS DATE)
        AND before.amount > limited.tolerated_amount
),
-- An in-kind programme shows the night's month only; it was held before, too, if it began before.
received_both AS (
    SELECT crossed.*
    FROM crossed
    LEFT JOIN held_month AS held_before
        ON held_before.person_id = crossed.person_id
        AND held_before.programme_code = crossed.programme_code
        AND held_before.month = crossed.month_before
    LEFT JOIN benefit_entitled AS entitled
        ON entitled.person_id = crossed.person_id
        AND entitled.programme_code = crossed.programme_code
        AND entitled.entitled_from <= crossed.month_before
    WHERE held_before.person_id IS NOT NULL OR entitled.person_id IS NOT NULL
),
qualified AS (
    SELECT
        coalesce(member.person_id, decision.subject_id) AS person_id,
        decision.programme_code
    FROM decision
    CROSS JOIN d38_setting AS setting
    INNER JOIN d38_programme ON d38_programme.programme_code = decision.programme_code
    LEFT JOIN assistance_unit_member AS member
        ON decision.subject_kind = 'assistance_unit'
        AND member.household_id = decision.subject_id
        AND member.is_counted
    WHERE decision.is_new
        AND decision.outcome = 'eligible'
        AND decision.margin_amount >= setting.clear_margin_amount
),
paid_before AS (
    SELECT
        receipt.person_id,
        receipt.programme_code,
        receipt.month AS stopped_on,
        'last paid ' AS told,
        'payment' AS role,
        receipt.document_type,
        receipt.delivery_id,
        receipt.line,
        row_number() OVER (
            PARTITION BY receipt.person_id, receipt.programme_code
            ORDER BY receipt.month DESC, receipt.delivery_id DESC, receipt.line DESC
        ) AS place
    FROM benefit_received AS receipt
    INNER JOIN qualified
        ON qualified.person_id = receipt.person_id
        AND qualified.programme_code = receipt.programme_code
),
refused AS (
    SELECT
        recipient_index.person_id,
        entitlement.programme_code,
        entitlement.decided_on AS stopped_on,
        entitlement.status || ' ' AS told,
        'entitlement' AS role,
        entitlement.document_type,
        entitlement.delivery_id,
        entitlement.line,
        row_number() OVER (
            PARTITION BY recipient_index.person_id, entitlement.programme_code
            ORDER BY entitlement.decided_on DESC, entitlement.delivery_id DESC, entitlement.line DESC
        ) AS place,
        entitlement.status IN ('refused', 'rejected', 'ineligible', 'ended', 'withdrawn', 'suspended')
            AS is_without
    FROM f34_benefit_entitlement AS entitlement
    CROSS JOIN night
    INNER JOIN recipient_index ON recipient_index.signature_id = entitlement.signature_id
    INNER JOIN qualified
        ON qualified.person_id = recipient_index.person_id
        AND qualified.programme_code = entitlement.programme_code
    WHERE entitlement.decided_on <= night.as_of
),
asked AS (
    SELECT person_id, programme_code, stopped_on, told, role, document_type, delivery_id, line
    FROM paid_before
    WHERE place = 1
    UNION ALL
    SELECT person_id, programme_code, stopped_on, told, role, document_type, delivery_id, line
    FROM refused
    WHERE place = 1 AND is_without
),
month_found AS (
    SELECT
        person_id,
        programme_code,
        month_before AS first_month,
        month,
        least(amount, income_amount - threshold_amount) AS amount,
        'income ' || CAST(income_amount AS VARCHAR)
        || '; threshold ' || CAST(threshold_amount AS VARCHAR) AS statement
    FROM received_both
    UNION ALL
    SELECT
        asked.person_id,
        asked.programme_code,
        night.month,
        night.month,
        NULL,
        'qualifies now; '
        || string_agg(asked.told || CAST(asked.stopped_on AS VARCHAR), ', ' ORDER BY asked.told)
    FROM asked
    CROSS JOIN night
    GROUP BY asked.person_id, asked.programme_code, night.month
),
month_evidence AS (
    SELECT
        crossing.person_id,
        crossing.programme_code,
        crossing.month,
        income_row.role,
        income_row.document_type,
        income_row.delivery_id,
        income_row.line
    FROM received_both AS crossing
    INNER JOIN member ON member.household_id = crossing.household_id
    INNER JOIN income_row
        ON income_row.person_id = member.person_id
        AND income_row.month IN (crossing.month, crossing.month_before)
    UNION ALL
    SELECT crossing.person_id, crossing.programme_code, crossing.month, held.role,
        held.document_type, held.delivery_id, held.line
    FROM received_both AS crossing
    INNER JOIN held
        ON held.person_id = crossing.person_id
        AND held.programme_code = crossing.programme_code
        AND held.month IN (crossing.month, crossing.month_before)
    UNION ALL
    SELECT asked.person_id, asked.programme_code, night.month, asked.role, asked.document_type,
        asked.delivery_id, asked.line
    FROM asked
    CROSS JOIN night
),
{{person_month_rows}}
