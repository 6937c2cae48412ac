-- One row is a living person and the registered household around which the law forms their unit of
-- the basic livelihood benefits, with the reason: 'same_register' (lives in it), 'spouse_elsewhere', 'spouse_unregistered' (often a foreigner),
-- 'student_away' or 'child_elsewhere' (unmarried, below the age limit, at another address and not with
-- a grandparent), 'child_unregistered' (in no register yet), 'own_income' (such a child who earns the
-- share of the median income that makes a unit of one). Missing: people in no registered
-- household whom neither spouse nor parents bring into one; household_coverage says why.
-- Which source wins: residence, then couple, then parent_tie. Of a couple's two households the one
-- wins where more of their young children live, then the one whose spouse is not away, then where one
-- of them is head, then the elder ID. Of parents apart: who has custody, then the mother; a conflict.
-- Not sorted: only the steps after it read it.
WITH rule AS (
    SELECT
        max(CASE WHEN rule = 'child_elsewhere_age_limit' THEN value END) AS child_age_limit,
        max(CASE WHEN rule = 'spouse_elsewhere' THEN value END) AS takes_spouse,
        max(CASE WHEN rule = 'own_income_share' THEN value END) AS own_income_ppm
    FROM unit_rule
    WHERE unit_family = 'basic_livelihood'
),
living AS (
    SELECT
        person.person_id, residence.household_id, residence.head_person_id,
        residence.relation_to_head,
        date_diff('year', person.birth_date, night.as_of)
        - CASE
            WHEN extract(MONTH FROM night.as_of) * 100 + extract(DAY FROM night.as_of)
                < extract(MONTH FROM person.birth_date) * 100 + extract(DAY FROM person.birth_date)
                THEN 1
            ELSE 0
        END AS age_years,
        residence.valid_from, residence.document_type, residence.delivery_id, residence.line,
        away.reason AS away_reason
    FROM person
    CROSS JOIN night
    INNER JOIN household_standing ON household_standing.person_id = person.person_id
    LEFT JOIN residence ON residence.person_id = person.person_id
    LEFT JOIN absence AS away ON away.person_id = person.person_id AND away.place = 1
    WHERE (person.death_date IS NULL OR person.death_date > night.as_of)
        AND household_standing.standing NOT IN ('dead', 'registration_cancelled')
),
held_parent AS (
    SELECT parent_tie.*
    FROM parent_tie
    CROSS JOIN night
    WHERE (parent_tie.valid_to IS NULL OR parent_tie.valid_to > night.as_of)
        AND coalesce(parent_tie.reason, '') <> 'age_impossible'
),
spouse AS (
    SELECT person_id, spouse_id, status, reason, valid_from, document_type, delivery_id, line FROM couple
    UNION ALL
    SELECT spouse_id, person_id, status, reason, valid_from, document_type, delivery_id, line FROM couple
),
-- Spouses who do not live in one household: only they have two to choose from.
parted_spouse AS (
    SELECT spouse.person_id, spouse.spouse_id
    FROM spouse
    LEFT JOIN living AS one ON one.person_id = spouse.person_id
    LEFT JOIN living AS other ON other.person_id = spouse.spouse_id
    WHERE one.household_id IS DISTINCT FROM other.household_id
),
young_child AS (
    SELECT held_parent.parent_id AS person_id, child.household_id, count(*) AS children
    FROM held_parent
    CROSS JOIN rule
    INNER JOIN (SELECT DISTINCT person_id FROM parted_spouse) AS parted
        ON parted.person_id = held_parent.parent_id
    INNER JOIN living AS child ON child.person_id = held_parent.child_id
    WHERE child.age_years < rule.child_age_limit AND child.household_id IS NOT NULL
    GROUP BY held_parent.parent_id, child.household_id
),
claim AS (
    SELECT
        spouse.person_id, home.household_id,
        coalesce(own_child.children, 0) + coalesce(their_child.children, 0) AS children,
        CASE WHEN home.away_reason IS NULL THEN 0 ELSE 1 END AS is_away,
        CASE WHEN home.head_person_id = home.person_id THEN 0 ELSE 1 END AS is_not_head
    FROM (
        SELECT person_id, spouse_id, person_id AS at_home_of FROM parted_spouse
        UNION ALL
        SELECT person_id, spouse_id, spouse_id FROM parted_spouse
    ) AS spouse
    CROSS JOIN rule
    INNER JOIN living AS home
        ON home.person_id = spouse.at_home_of AND home.household_id IS NOT NULL
    LEFT JOIN young_child AS own_child
        ON own_child.person_id = spouse.person_id AND own_child.household_id = home.household_id
    LEFT JOIN young_child AS their_child
        ON their_child.person_id = spouse.spouse_id AND their_child.household_id = home.household_id
    WHERE rule.takes_spouse = 1
),
couple_home AS (
    SELECT
        person_id, household_id,
        row_number() OVER (
            PARTITION BY person_id ORDER BY children DESC, is_away, is_not_head, household_id
        ) AS place
    FROM claim
),
settled AS (
    SELECT
        living.*,
        coalesce(couple_home.household_id, living.household_id) AS first_household_id,
        spouse.person_id IS NOT NULL AS has_spouse,
        spouse.status AS spouse_status,
        spouse.valid_from AS spouse_from,
        spouse.document_type AS spouse_document_type,
        spouse.delivery_id AS spouse_delivery_id,
        spouse.line AS spouse_line
    FROM living
    LEFT JOIN spouse ON spouse.person_id = living.person_id
    LEFT JOIN couple_home ON couple_home.person_id = living.person_id AND couple_home.place = 1
),
young_single AS (
    SELECT settled.*
    FROM settled
    CROSS JOIN rule
    WHERE NOT settled.has_spouse
        AND settled.age_years < rule.child_age_limit
        AND coalesce(settled.relation_to_head, 'head') NOT IN (
            'child', 'grandchild', 'foster_child', 'child_in_law'
        )
),
-- Who of them stays: everybody who lives with a parent, a grandparent, or a child of their own.
kept_home AS (
    SELECT DISTINCT young_single.person_id
    FROM young_single
    INNER JOIN family_graph
        ON family_graph.person_id = young_single.person_id
        AND family_graph.relation IN (
            'father', 'mother', 'parent', 'adoptive_father', 'adoptive_mother', 'grandparent', 'child'
        )
        AND coalesce(family_graph.reason, '') <> 'age_impossible'
    CROSS JOIN night
    INNER JOIN settled AS relative
        ON relative.person_id = family_graph.relative_id
        AND relative.first_household_id = young_single.household_id
    WHERE family_graph.valid_to IS NULL OR family_graph.valid_to > night.as_of
),
away_child AS (
    SELECT young_single.*
    FROM young_single
    LEFT JOIN kept_home ON kept_home.person_id = young_single.person_id
    WHERE kept_home.person_id IS NULL
),
own_income AS (
    SELECT
        person_index.person_id,
        arg_max(base.base_amount, (base.period, base.base_amount)) AS monthly_amount
    FROM f19_insurance_contribution_base AS base
    CROSS JOIN night
    INNER JOIN person_index ON person_index.signature_id = base.signature_id
    INNER JOIN away_child ON away_child.person_id = person_index.person_id
    WHERE base.document_type IN ('I24-F19-01', 'I23-F19-01', 'I26-F19-01')
        AND base.period <= night.month
        AND base.period >= CAST(night.month - INTERVAL '2' MONTH AS DATE)
    GROUP BY person_index.person_id
),
median AS (
    SELECT max(amount) AS median_income_amount FROM unit_median_income
),
student AS (
    SELECT DISTINCT person_index.person_id
    FROM f09_education_enrolment AS school
    CROSS JOIN night
    INNER JOIN person_index ON person_index.signature_id = school.signature_id
    INNER JOIN away_child ON away_child.person_id = person_index.person_id
    WHERE school.status = 'enrolled'
        AND (school.enrolled_on IS NULL OR school.enrolled_on <= night.as_of)
        AND (school.left_on IS NULL OR school.left_on > night.as_of)
),
custody AS (
    SELECT
        told.person_id, told.relative_id AS parent_id, told.event,
        row_number() OVER (
            PARTITION BY told.person_id, told.relative_id
            ORDER BY told.effective_on DESC NULLS LAST, told.delivery_id DESC, told.line DESC
        ) AS place
    FROM register_relation AS told
    CROSS JOIN night
    WHERE told.relation IN ('holder_of_parental_authority', 'custodian')
        AND told.relative_id IS NOT NULL
        AND (told.ended_on IS NULL OR told.ended_on > night.as_of)
),
offered AS (
    SELECT
        away_child.person_id,
        held_parent.parent_id,
        parent.first_household_id AS household_id,
        held_parent.status, held_parent.valid_from,
        held_parent.document_type, held_parent.delivery_id, held_parent.line,
        row_number() OVER (
            PARTITION BY away_child.person_id
            ORDER BY
                CASE WHEN custody.person_id IS NOT NULL THEN 0 ELSE 1 END,
                CASE held_parent.status WHEN 'known' THEN 0 WHEN 'assumed' THEN 1 ELSE 2 END,
                CASE WHEN held_parent.role LIKE '%mother' THEN 0 ELSE 1 END,
                held_parent.parent_id
        ) AS place,
        max(parent.first_household_id) OVER (PARTITION BY away_child.person_id)
        <> min(parent.first_household_id) OVER (PARTITION BY away_child.person_id)
        AND max(CASE WHEN custody.person_id IS NOT NULL THEN 1 ELSE 0 END)
            OVER (PARTITION BY away_child.person_id) = 0 AS is_parted
    FROM away_child
    INNER JOIN held_parent ON held_parent.child_id = away_child.person_id
    INNER JOIN settled AS parent
        ON parent.person_id = held_parent.parent_id
        AND parent.first_household_id IS NOT NULL
        AND parent.away_reason IS NULL
        AND parent.first_household_id IS DISTINCT FROM away_child.household_id
    LEFT JOIN custody
        ON custody.person_id = away_child.person_id AND custody.parent_id = held_parent.parent_id
        AND custody.place = 1 AND custody.event IN ('designated', 'changed')
),
drawn AS (
    SELECT
        offered.*,
        CASE
            WHEN own_income.monthly_amount * 1000000
                >= median.median_income_amount * rule.own_income_ppm
                AND away_child.household_id IS NOT NULL THEN 'own_income'
            WHEN away_child.household_id IS NULL AND away_child.age_years < 1 THEN 'child_unregistered'
            WHEN student.person_id IS NOT NULL THEN 'student_away'
            ELSE 'child_elsewhere'
        END AS reason,
        own_income.person_id IS NOT NULL AS has_known_income
    FROM offered
    CROSS JOIN rule
    CROSS JOIN median
    INNER JOIN away_child ON away_child.person_id = offered.person_id
    LEFT JOIN own_income ON own_income.person_id = offered.person_id
    LEFT JOIN student ON student.person_id = offered.person_id
    WHERE offered.place = 1
),
-- A parent who is drawn to a grandparent takes the child along.
placed AS (
    SELECT
        drawn.*,
        coalesce(
            CASE WHEN of_parent.reason <> 'own_income' THEN of_parent.household_id END,
            drawn.household_id
        ) AS final_household_id
    FROM drawn
    LEFT JOIN drawn AS of_parent ON of_parent.person_id = drawn.parent_id
)
SELECT
    settled.person_id,
    settled.age_years,
    CASE
        WHEN placed.reason IS NOT NULL AND placed.reason <> 'own_income' THEN placed.final_household_id
        ELSE settled.first_household_id
    END AS household_id,
    settled.household_id AS home_household_id,
    CASE
        WHEN placed.reason IS NOT NULL THEN placed.reason
        WHEN settled.household_id IS NULL THEN 'spouse_unregistered'
        WHEN settled.first_household_id <> settled.household_id THEN 'spouse_elsewhere'
        ELSE 'same_register'
    END AS reason,
    CASE
        WHEN placed.reason = 'own_income' THEN 'known'
        WHEN placed.is_parted THEN 'conflict'
        WHEN placed.reason IS NOT NULL AND placed.status = 'conflict' THEN 'conflict'
        WHEN placed.reason IS NOT NULL
            THEN CASE WHEN placed.has_known_income THEN placed.status ELSE 'assumed' END
        WHEN settled.first_household_id IS DISTINCT FROM settled.household_id THEN settled.spouse_status
        ELSE 'known'
    END AS status,
    coalesce(placed.is_parted, FALSE) AS is_parted,
    placed.parent_id,
    settled.relation_to_head,
    settled.head_person_id,
    settled.away_reason,
    CASE
        WHEN placed.reason IS NOT NULL AND placed.reason <> 'own_income'
            THEN greatest(placed.valid_from, settled.valid_from)
        WHEN settled.first_household_id IS DISTINCT FROM settled.household_id
            THEN greatest(settled.spouse_from, settled.valid_from)
        ELSE settled.valid_from
    END AS valid_from,
    CASE
        WHEN placed.reason IS NOT NULL AND placed.reason <> 'own_income' THEN placed.document_type
        WHEN settled.first_household_id IS DISTINCT FROM settled.household_id
            THEN settled.spouse_document_type
        ELSE settled.document_type
    END AS document_type,
    CASE
        WHEN placed.reason IS NOT NULL AND placed.reason <> 'own_income' THEN placed.delivery_id
        WHEN settled.first_household_id IS DISTINCT FROM settled.household_id
            THEN settled.spouse_delivery_id
        ELSE settled.delivery_id
    END AS delivery_id,
    CASE
        WHEN placed.reason IS NOT NULL AND placed.reason <> 'own_income' THEN placed.line
        WHEN settled.first_household_id IS DISTINCT FROM settled.household_id
            THEN settled.spouse_line
        ELSE settled.line
    END AS line
FROM settled
LEFT JOIN placed ON placed.person_id = settled.person_id
WHERE coalesce(
        CASE WHEN placed.reason <> 'own_income' THEN placed.final_household_id END,
        settled.first_household_id
    ) IS NOT NULL
