-- One row is a member of a single-parent family, or of a grandparent family, inside one unit of the
-- basic livelihood benefits: who raises (role 'parent' or 'grandparent') and the children (below the
-- age limit, pupils below a higher one). cluster is who raises them.
-- Missing: children with two parents in the unit, married children, and children whose parent has a
-- spouse. Which source wins: basic_livelihood_member, parent_tie, couple.
-- Not sorted: only the steps after it read it.
WITH rule AS (
    SELECT
        max(CASE WHEN rule = 'age_limit' THEN value END) AS age_limit,
        max(CASE WHEN rule = 'pupil_age_limit' THEN value END) AS pupil_age_limit
    FROM unit_rule
    WHERE unit_family = 'single_parent'
),
pupil AS (
    SELECT DISTINCT person_index.person_id
    FROM f09_education_enrolment AS school
    CROSS JOIN night
    INNER JOIN person_index ON person_index.signature_id = school.signature_id
    WHERE school.status = 'enrolled'
        AND (school.enrolled_on IS NULL OR school.enrolled_on <= night.as_of)
        AND (school.left_on IS NULL OR school.left_on > night.as_of)
),
married AS (
    SELECT person_id FROM couple
    UNION
    SELECT spouse_id FROM couple
),
young AS (
    SELECT member.*
    FROM basic_livelihood_member AS member
    CROSS JOIN rule
    LEFT JOIN pupil ON pupil.person_id = member.person_id
    LEFT JOIN married ON married.person_id = member.person_id
    WHERE married.person_id IS NULL
        AND (
            member.age_years < rule.age_limit
            OR (pupil.person_id IS NOT NULL AND member.age_years < rule.pupil_age_limit)
        )
),
raised AS (
    SELECT
        young.person_id, young.unit_id,
        family_graph.relative_id AS raiser_id,
        CASE WHEN family_graph.relation = 'grandparent' THEN 'grandparent' ELSE 'parent' END AS role,
        family_graph.status, family_graph.valid_from,
        family_graph.document_type, family_graph.delivery_id, family_graph.line,
        married.person_id IS NOT NULL AS has_spouse
    FROM young
    INNER JOIN family_graph
        ON family_graph.person_id = young.person_id AND family_graph.valid_to IS NULL
        AND family_graph.relation IN (
            'father', 'mother', 'parent', 'adoptive_father', 'adoptive_mother', 'grandparent'
        )
        AND coalesce(family_graph.reason, '') <> 'age_impossible'
    INNER JOIN basic_livelihood_member AS raiser
        ON raiser.person_id = family_graph.relative_id AND raiser.unit_id = young.unit_id
    LEFT JOIN married ON married.person_id = family_graph.relative_id
),
chosen AS (
    SELECT
        raised.*,
        row_number() OVER (
            PARTITION BY person_id
            ORDER BY CASE role WHEN 'parent' THEN 0 ELSE 1 END, raiser_id
        ) AS place,
        sum(CASE WHEN role = 'parent' THEN 1 ELSE 0 END) OVER (PARTITION BY person_id) AS parents
    FROM raised
),
child AS (
    SELECT *
    FROM chosen
    WHERE place = 1
        AND ((role = 'parent' AND parents = 1 AND NOT has_spouse) OR role = 'grandparent')
)
SELECT
    child.person_id, child.raiser_id AS cluster, 'child' AS role,
    CASE child.role WHEN 'parent' THEN 'single_parent' ELSE 'grandparent_family' END AS reason,
    child.status, child.valid_from, child.document_type, child.delivery_id, child.line
FROM child
LEFT JOIN child AS raiser_too ON raiser_too.raiser_id = child.person_id
WHERE raiser_too.person_id IS NULL
UNION ALL
SELECT
    raiser_id, raiser_id, role,
    CASE role WHEN 'parent' THEN 'single_parent' ELSE 'grandparent_family' END,
    status, valid_from, document_type, delivery_id, line
FROM (
    SELECT
        child.*,
        row_number() OVER (
            PARTITION BY child.raiser_id ORDER BY child.valid_from NULLS LAST, child.person_id
        ) AS turn
    FROM child
) AS first_child
WHERE turn = 1
