-- One row is a child and a parent, with who says so: the child's own rows of the family register,
-- the parent's, or only the household register (step-parents, foreigners). status: 'known';
-- 'assumed' where only the household register says so; 'conflict' with a reason: 'one_sided' (the
-- other side is in the register and does not say so), 'several_parents' (two fathers or two mothers
-- at once), 'age_impossible' (the parent is not ten years older), 'ended_but_current' (a ruling ended
-- the tie and a later register still holds it; the ruling wins).
-- Missing: ties whose relative has no number that the index knows. Which source wins: a ruling, then
-- the family register, then the household register.
-- Not sorted: only the steps after it read it.
WITH current_register AS (
    SELECT DISTINCT person_id
    FROM register_relation
    WHERE document_type = 'I02-F03-01'
),
row_of_register AS (
    SELECT *
    FROM register_relation
    WHERE relation IN ('father', 'mother', 'adoptive_father', 'adoptive_mother', 'child')
        AND person_id <> relative_id
),
household_row AS (
    SELECT household_member.person_id, household_member.head_person_id,
        household_member.relation_to_head, household_member.valid_from,
        household_member.document_type, household_member.delivery_id, household_member.line
    FROM household_member
    CROSS JOIN night
    WHERE household_member.relation_to_head IN ('child', 'parent')
        AND household_member.head_person_id <> household_member.person_id
        AND (household_member.valid_from IS NULL OR household_member.valid_from <= night.as_of)
        AND (household_member.valid_to IS NULL OR household_member.valid_to >= night.as_of)
),
claim AS (
    SELECT
        CASE WHEN relation = 'child' THEN relative_id ELSE person_id END AS child_id,
        CASE WHEN relation = 'child' THEN person_id ELSE relative_id END AS parent_id,
        CASE WHEN relation <> 'child' THEN relation END AS role,
        relation = 'child' AS is_told_by_parent,
        FALSE AS is_of_household,
        event IN (
            'adoption_ended_by_agreement', 'adoption_ended_by_court', 'full_adoption_cancelled',
            'full_adoption_dissolved', 'paternity_denied', 'no_parentage'
        ) AS is_end,
        effective_on, ended_on, made_at, document_type, delivery_id, line
    FROM row_of_register
    UNION ALL
    SELECT
        CASE WHEN relation_to_head = 'child' THEN person_id ELSE head_person_id END,
        CASE WHEN relation_to_head = 'child' THEN head_person_id ELSE person_id END,
        NULL, FALSE, TRUE, FALSE, valid_from, NULL, NULL, document_type, delivery_id, line
    FROM household_row
),
-- Deliveries by number, the one to believe first: so a claim's place and source are one number.
told_delivery AS (
    SELECT
        made_at, document_type, delivery_id,
        row_number() OVER (
            ORDER BY made_at DESC NULLS LAST, document_type, delivery_id DESC
        ) AS delivery_no
    FROM (SELECT DISTINCT made_at, document_type, delivery_id FROM claim) AS arrived
),
gathered AS (
    SELECT
        claim.child_id, claim.parent_id,
        max(claim.role) AS role,
        max(CASE WHEN NOT claim.is_of_household AND NOT claim.is_told_by_parent THEN 1 ELSE 0 END)
            AS by_child,
        max(CASE WHEN claim.is_told_by_parent THEN 1 ELSE 0 END) AS by_parent,
        max(CASE WHEN claim.is_of_household THEN 1 ELSE 0 END) AS by_household,
        min(CASE WHEN NOT claim.is_end THEN claim.effective_on END) AS began_on,
        max(CASE WHEN claim.is_end THEN coalesce(claim.ended_on, claim.effective_on) END) AS ended_on,
        max(CASE WHEN claim.document_type = 'I02-F03-01' THEN claim.made_at END) AS register_made_at,
        count(*) AS rows_told,
        min(
            CASE
                WHEN claim.is_end THEN 0
                WHEN claim.is_of_household THEN 3
                WHEN claim.is_told_by_parent THEN 2
                ELSE 1
            END * 1000000000000000000
            + told_delivery.delivery_no * 1000000000000 + claim.line
        ) AS source_no
    FROM claim
    INNER JOIN told_delivery
        ON told_delivery.delivery_id = claim.delivery_id
        AND told_delivery.document_type = claim.document_type
        AND told_delivery.made_at IS NOT DISTINCT FROM claim.made_at
    GROUP BY claim.child_id, claim.parent_id
),
-- A full adoption replaces the parents by birth from its day on.
replaced AS (
    SELECT person_id, min(effective_on) AS replaced_on
    FROM row_of_register
    WHERE document_type = 'I02-F03-04' AND event = 'full_adoption'
    GROUP BY person_id
),
tie AS (
    SELECT
        gathered.child_id, gathered.parent_id,
        coalesce(
            gathered.role,
            CASE parent.sex WHEN 'male' THEN 'father' WHEN 'female' THEN 'mother' ELSE 'parent' END
        ) AS role,
        gathered.by_child, gathered.by_parent, gathered.by_household, gathered.rows_told,
        gathered.began_on AS valid_from,
        least(
            gathered.ended_on,
            CASE
                WHEN gathered.role LIKE 'adoptive%' OR gathered.by_child + gathered.by_parent = 0
                    THEN NULL
                ELSE replaced.replaced_on
            END
        ) AS valid_to,
        gathered.ended_on IS NOT NULL
        AND CAST(gathered.register_made_at AS DATE) > CAST(gathered.ended_on + INTERVAL '45' DAY AS DATE)
            AS is_ended_but_current,
        date_diff('year', parent.birth_date, child.birth_date) < 10
        AND (gathered.role IS NULL OR gathered.role NOT LIKE 'adoptive%') AS is_age_impossible,
        (
            gathered.by_child = 0 AND child_register.person_id IS NOT NULL AND NOT child.is_foreign
            OR gathered.by_parent = 0 AND parent_register.person_id IS NOT NULL
            AND NOT parent.is_foreign
        )
        AND gathered.by_child + gathered.by_parent > 0
        AND gathered.register_made_at IS NOT NULL AS is_one_sided,
        source.document_type, source.delivery_id, gathered.source_no % 1000000000000 AS line
    FROM gathered
    INNER JOIN told_delivery AS source
        ON source.delivery_no = (gathered.source_no % 1000000000000000000) // 1000000000000
    INNER JOIN person AS child ON child.person_id = gathered.child_id
    INNER JOIN person AS parent ON parent.person_id = gathered.parent_id
    LEFT JOIN replaced ON replaced.person_id = gathered.child_id
    LEFT JOIN current_register AS child_register ON child_register.person_id = gathered.child_id
    LEFT JOIN current_register AS parent_register ON parent_register.person_id = gathered.parent_id
),
-- Children who have two of a kind at once.
doubled AS (
    SELECT tie.child_id, tie.role
    FROM tie
    CROSS JOIN night
    WHERE tie.by_child + tie.by_parent > 0
        AND (tie.valid_to IS NULL OR tie.valid_to > night.as_of)
    GROUP BY tie.child_id, tie.role
    HAVING count(*) > 1
),
counted AS (
    SELECT tie.*, doubled.child_id IS NOT NULL AS is_one_of_several
    FROM tie
    LEFT JOIN doubled ON doubled.child_id = tie.child_id AND doubled.role = tie.role
)
SELECT
    child_id, parent_id, role, by_child = 1 AS is_told_by_child, by_parent = 1 AS is_told_by_parent,
    by_household = 1 AS is_told_by_household,
    CASE
        WHEN is_age_impossible OR is_ended_but_current OR is_one_sided
            OR (is_one_of_several AND by_child + by_parent > 0 AND valid_to IS NULL) THEN 'conflict'
        WHEN by_child + by_parent = 0 THEN 'assumed'
        ELSE 'known'
    END AS status,
    CASE
        WHEN is_age_impossible THEN 'age_impossible'
        WHEN is_ended_but_current THEN 'ended_but_current'
        WHEN is_one_of_several AND by_child + by_parent > 0 AND valid_to IS NULL THEN 'several_parents'
        WHEN is_one_sided THEN 'one_sided'
        WHEN by_child + by_parent = 0 THEN 'household_register_only'
    END AS reason,
    valid_from, valid_to, document_type, delivery_id, line
FROM counted
