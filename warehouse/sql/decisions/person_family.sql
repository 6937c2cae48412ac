-- One row: a living person's family: the spouse, the place among the mother's children, the youngest
-- own child and the months since its birth, the kind of family lived in, and occupational pensions of
-- the two spouses.
-- has_spouse and has_own_child are false once the family register arrived, null before; others follow it.
-- Who is missing: the dead.
-- Which source wins: a spouse of the same household before one of the family register; of several
-- the one with the lowest ID.
WITH spouse AS (
    SELECT
        spouse_pair.person_id,
        coalesce(
            min(CASE WHEN spouse_pair.source_rank = 1 THEN spouse_pair.spouse_id END),
            min(spouse_pair.spouse_id)
        ) AS spouse_id
    FROM spouse_pair
    INNER JOIN person_fact AS living ON living.person_id = spouse_pair.spouse_id
    WHERE spouse_pair.person_id <> spouse_pair.spouse_id
    GROUP BY spouse_pair.person_id
),
naturalised AS (
    SELECT DISTINCT person_index.person_id
    FROM f05_foreigner_nationality
    INNER JOIN person_index ON person_index.signature_id = f05_foreigner_nationality.signature_id
    WHERE f05_foreigner_nationality.document_type = 'I04-F05-04'
),
couple AS (
    SELECT
        spouse.person_id,
        spouse.spouse_id,
        spouse_fact.age_years AS spouse_age_years,
        person_fact.is_citizen <> spouse_fact.is_citizen
            OR naturalised.person_id IS NOT NULL
            OR naturalised_spouse.person_id IS NOT NULL AS is_multicultural
    FROM spouse
    INNER JOIN person_fact ON person_fact.person_id = spouse.person_id
    INNER JOIN person_fact AS spouse_fact ON spouse_fact.person_id = spouse.spouse_id
    LEFT JOIN naturalised ON naturalised.person_id = spouse.person_id
    LEFT JOIN naturalised AS naturalised_spouse
        ON naturalised_spouse.person_id = spouse.spouse_id
),
unit AS (
    SELECT
        member.household_id,
        max(CASE WHEN member.relation_to_head = 'child' AND member.age_years < 18 THEN 1 ELSE 0 END)
            AS has_child,
        max(CASE WHEN member.relation_to_head = 'child' AND member.age_years >= 18 THEN 1 ELSE 0 END)
            AS has_grown_child,
        max(CASE WHEN member.relation_to_head = 'child_in_law' THEN 1 ELSE 0 END)
            AS has_child_in_law,
        max(
            CASE WHEN member.relation_to_head = 'grandchild' AND member.age_years < 18 THEN 1 ELSE 0 END
        ) AS has_grandchild,
        max(
            CASE
                WHEN member.relation_to_head = 'head' AND couple.spouse_id IS NULL
                    AND member.age_years >= 15
                    THEN 1
                ELSE 0
            END
        ) AS has_single_head,
        max(CASE WHEN couple.is_multicultural THEN 1 ELSE 0 END) AS has_multicultural_couple
    FROM assistance_unit_member AS member
    LEFT JOIN couple ON couple.person_id = member.person_id
    WHERE member.is_counted
    GROUP BY member.household_id
),
parentage AS (
    SELECT
        person_index.person_id,
        f03_family_relation.relation,
        parent.person_id AS parent_id
    FROM f03_family_relation
    INNER JOIN person_index ON person_index.signature_id = f03_family_relation.signature_id
    INNER JOIN person_token AS parent
        ON parent.national_id_token = f03_family_relation.relative_national_id_token
    WHERE f03_family_relation.document_type = 'I02-F03-01'
        AND f03_family_relation.relation IN ('mother', 'father')
        AND f03_family_relation.event = 'current'
        AND person_index.person_id <> parent.person_id
),
child AS (
    SELECT
        person_id,
        coalesce(
            min(CASE WHEN relation = 'mother' THEN parent_id END),
            min(parent_id)
        ) AS parent_id
    FROM parentage
    GROUP BY person_id
),
own_child AS (
    SELECT
        parentage.parent_id AS person_id,
        arg_max(person.person_id, (person.birth_date, person.person_id)) AS youngest_child_id,
        max(person.birth_date) AS youngest_born_on
    FROM parentage
    CROSS JOIN night
    INNER JOIN person ON person.person_id = parentage.person_id
    WHERE person.birth_date <= night.as_of
    GROUP BY parentage.parent_id
),
born AS (
    SELECT
        child.person_id,
        row_number() OVER (
            PARTITION BY child.parent_id ORDER BY person.birth_date, child.person_id
        ) AS birth_order
    FROM child
    INNER JOIN person ON person.person_id = child.person_id
    WHERE person.birth_date IS NOT NULL
),
pensioner AS (
    SELECT DISTINCT person_id
    FROM income_of_month
    WHERE income_asset_code IN ('A20', 'A21', 'A22', 'A23') AND monthly_amount > 0
),
registered AS (
    SELECT DISTINCT
        unit_member.household_id,
        CASE WHEN person_told.value = 'P216' THEN 'grandparent' ELSE 'single' END AS family_kind
    FROM person_told
    INNER JOIN assistance_unit_member AS unit_member
        ON unit_member.person_id = person_told.person_id AND unit_member.is_counted
    WHERE person_told.fact = 'receipts' AND person_told.document_type = 'I09-F34-01'
        AND person_told.value IN ('P215', 'P216', 'P218')
),
arrived AS (
    SELECT
        max(CASE WHEN document_type = 'I02-F03-01' THEN 1 ELSE 0 END) = 1 AS has_families,
        count(DISTINCT CASE
            WHEN document_type IN ('I28-F15-01', 'I29-F15-01', 'I14-F15-01') THEN document_type
        END) = 3 AS has_pensions
    FROM feed
    WHERE state <> 'missing'
)
SELECT
    person_fact.person_id,
    couple.spouse_id,
    CASE
        WHEN couple.spouse_id IS NOT NULL THEN TRUE
        WHEN arrived.has_families OR person_fact.age_years < 15 THEN FALSE
    END AS has_spouse,
    CASE
        WHEN couple.spouse_id IS NOT NULL THEN couple.spouse_age_years >= 65
        WHEN arrived.has_families OR person_fact.age_years < 15 THEN FALSE
    END AS has_spouse_of_pension_age,
    CASE
        WHEN own.person_id IS NOT NULL THEN TRUE
        WHEN arrived.has_pensions THEN FALSE
    END AS has_occupational_pension,
    CASE
        WHEN partner.person_id IS NOT NULL THEN TRUE
        WHEN couple.spouse_id IS NOT NULL THEN CASE WHEN arrived.has_pensions THEN FALSE END
        WHEN arrived.has_families OR person_fact.age_years < 15 THEN FALSE
    END AS has_spouse_with_occupational_pension,
    CASE
        WHEN single.household_id IS NOT NULL THEN TRUE
        WHEN unit.household_id IS NULL THEN NULL
        WHEN unit.has_child = 0 THEN FALSE
        WHEN unit.has_single_head = 0 THEN FALSE
        WHEN arrived.has_families THEN TRUE
    END AS is_in_single_parent_family,
    CASE
        WHEN grandparents.household_id IS NOT NULL THEN TRUE
        WHEN unit.household_id IS NULL THEN NULL
        ELSE unit.has_grandchild = 1 AND unit.has_grown_child = 0 AND unit.has_child_in_law = 0
    END AS is_in_grandparent_family,
    CASE WHEN unit.household_id IS NOT NULL THEN unit.has_multicultural_couple = 1 END
        AS is_in_multicultural_family,
    born.birth_order,
    own_child.youngest_child_id,
    CASE
        WHEN own_child.person_id IS NOT NULL THEN TRUE
        WHEN arrived.has_families THEN FALSE
    END AS has_own_child,
    CAST(date_diff('month', own_child.youngest_born_on, night.as_of) AS BIGINT)
    - CASE
        WHEN extract(DAY FROM night.as_of) < extract(DAY FROM own_child.youngest_born_on)
            AND night.as_of < last_day(night.as_of)
            THEN 1
        ELSE 0
    END AS months_since_childbirth
FROM person_fact
CROSS JOIN arrived
CROSS JOIN night
LEFT JOIN couple ON couple.person_id = person_fact.person_id
LEFT JOIN pensioner AS own ON own.person_id = person_fact.person_id
LEFT JOIN pensioner AS partner ON partner.person_id = couple.spouse_id
LEFT JOIN assistance_unit_member AS member
    ON member.person_id = person_fact.person_id AND member.is_counted
LEFT JOIN unit ON unit.household_id = member.household_id
LEFT JOIN registered AS single
    ON single.household_id = member.household_id AND single.family_kind = 'single'
LEFT JOIN registered AS grandparents
    ON grandparents.household_id = member.household_id AND grandparents.family_kind = 'grandparent'
LEFT JOIN born ON born.person_id = person_fact.person_id
LEFT JOIN own_child ON own_child.person_id = person_fact.person_id
ORDER BY person_fact.person_id
