-- One row: one piece of evidence that a parent or child of a unit's member, who lives elsewhere, is
-- with the own household over the limit of income (won a year) or of property (won) that excludes the
-- livelihood benefit, while the unit holds that benefit or medical aid (whose own limit is lower).
-- The limits are those of the month. Property is land and buildings; deposits do not count.
-- A young recipient who lives alone, paid apart, has parents elsewhere, even where the law would count
-- them in one unit.
-- Who is missing: obligors in the same home, the dead, those of whom only a household register says
-- that they are kin, and those whose means are not known. At stake is what was paid for the month.
-- Which source wins: family_graph for the kinship, household_means for the means. The means are those
-- of the night, so that every month is judged by them.
WITH held AS (
    SELECT unit_benefit.*
    FROM unit_benefit
    INNER JOIN d42_programme ON d42_programme.programme_code = unit_benefit.programme_code
),
recipient AS (
    SELECT DISTINCT person_id, household_id, place_reason FROM held
),
obligor AS (
    SELECT DISTINCT
        recipient.person_id,
        obligor_unit.household_id AS obligor_household_id,
        tie.document_type,
        tie.delivery_id,
        tie.line
    FROM recipient
    CROSS JOIN night
    INNER JOIN assistance_unit_member AS member
        ON member.household_id = recipient.household_id
        AND member.is_counted
        AND (recipient.place_reason = 'same_register' OR member.person_id = recipient.person_id)
    INNER JOIN family_graph AS tie
        ON tie.person_id = member.person_id
        AND tie.basis = 'registered'
        AND tie.status = 'known'
        AND tie.relation IN (
            'father', 'mother', 'parent', 'adoptive_father', 'adoptive_mother', 'child'
        )
        AND (tie.valid_to IS NULL OR tie.valid_to > night.as_of)
    INNER JOIN assistance_unit_member AS obligor_unit
        ON obligor_unit.person_id = tie.relative_id
        AND obligor_unit.is_counted
        AND (
            obligor_unit.household_id <> recipient.household_id
            OR recipient.place_reason IN ('child_elsewhere', 'student_away')
        )
),
able AS (
    SELECT
        obligor.person_id,
        obligor.obligor_household_id,
        obligor.document_type,
        obligor.delivery_id,
        obligor.line,
        (
            means.worked_amount + means.property_income_amount
            + means.public_transfer_amount - means.counted_benefit_amount
        ) * 12 AS yearly_income_amount,
        means.residential_amount + means.general_amount AS property_amount
    FROM obligor
    INNER JOIN household_means AS means ON means.household_id = obligor.obligor_household_id
),
over_limit AS (
    SELECT
        held.person_id,
        held.programme_code,
        held.month,
        able.obligor_household_id,
        able.document_type,
        able.delivery_id,
        able.line,
        able.yearly_income_amount > income_limit.amount AS is_over_income,
        able.property_amount > property_limit.amount AS is_over_property
    FROM (SELECT DISTINCT person_id, programme_code, month, household_id FROM held) AS held
    INNER JOIN able ON able.person_id = held.person_id
    INNER JOIN parameter_value AS income_limit
        ON income_limit.parameter = 'obligor_income_limit'
        AND income_limit.valid_from <= held.month
        AND (income_limit.valid_to IS NULL OR income_limit.valid_to >= held.month)
    INNER JOIN parameter_value AS property_limit
        ON property_limit.parameter = 'obligor_asset_limit'
        AND property_limit.valid_from <= held.month
        AND (property_limit.valid_to IS NULL OR property_limit.valid_to >= held.month)
    WHERE able.yearly_income_amount > income_limit.amount
        OR able.property_amount > property_limit.amount
),
asked AS (
    SELECT
        person_id,
        programme_code,
        month AS first_month,
        month,
        'parent or child elsewhere over the limit of '
        || CASE
            WHEN max(CASE WHEN is_over_income THEN 1 ELSE 0 END) = 0 THEN 'property'
            WHEN max(CASE WHEN is_over_property THEN 1 ELSE 0 END) = 0 THEN 'income'
            ELSE 'income and property'
        END AS statement
    FROM over_limit
    GROUP BY person_id, programme_code, month
),
means_row AS (
    SELECT DISTINCT
        shown.obligor_household_id,
        profile.document_type,
        profile.delivery_id,
        profile.line
    FROM (SELECT DISTINCT obligor_household_id FROM over_limit) AS shown
    INNER JOIN assistance_unit_member AS member
        ON member.household_id = shown.obligor_household_id AND member.is_counted
    INNER JOIN profile_evidence AS profile
        ON profile.person_id = member.person_id
        AND profile.use = 'used'
        AND profile.amount > 0
        AND profile.figure IN (
            'earned', 'business', 'property_income', 'public_transfer', 'residential', 'general'
        )
),
reason AS (
    SELECT person_id, programme_code, month, 'kinship' AS role, document_type, delivery_id, line
    FROM over_limit
    UNION ALL
    SELECT over_limit.person_id, over_limit.programme_code, over_limit.month, 'means',
        means_row.document_type, means_row.delivery_id, means_row.line
    FROM over_limit
    INNER JOIN means_row ON means_row.obligor_household_id = over_limit.obligor_household_id
),
{{month_held_rows}}
