-- One row is a living person in their unit of the basic livelihood benefits tonight: the unit's ID is
-- that of the registered household around which it is formed. exclusion says why somebody is not
-- counted; role is the relation to the unit's head: as registered where both live in one household,
-- else as the family graph has it. The head is the household's; where that one belongs to another
-- unit, the eldest counted member. Missing: see livelihood_place. Which source wins: see there.
-- Not sorted: only the steps after it read it.
WITH family_of_household AS (
    -- A cohabitant who is family of somebody in the household is no lodger.
    SELECT DISTINCT lodger.person_id
    FROM livelihood_place AS lodger
    INNER JOIN family_graph
        ON family_graph.person_id = lodger.person_id AND family_graph.valid_to IS NULL
    INNER JOIN livelihood_place AS relative
        ON relative.person_id = family_graph.relative_id
        AND relative.household_id = lodger.household_id
    WHERE lodger.relation_to_head = 'cohabitant'
),
excluded AS (
    SELECT
        place.*,
        family_of_household.person_id IS NOT NULL AS is_family_after_all,
        unit_exclusion.reason AS exclusion
    FROM livelihood_place AS place
    LEFT JOIN family_of_household ON family_of_household.person_id = place.person_id
    LEFT JOIN unit_exclusion
        ON unit_exclusion.unit_family = 'basic_livelihood'
        AND unit_exclusion.reason = CASE
            WHEN place.away_reason IS NOT NULL THEN place.away_reason
            WHEN place.relation_to_head = 'cohabitant' AND place.household_id = place.home_household_id
                AND family_of_household.person_id IS NULL THEN 'lodger'
        END
),
registered_head AS (
    SELECT excluded.household_id, excluded.person_id AS head_person_id
    FROM excluded
    INNER JOIN household
        ON household.household_id = excluded.household_id
        AND household.head_person_id = excluded.person_id
),
other_head AS (
    SELECT
        excluded.household_id, excluded.person_id AS head_person_id,
        row_number() OVER (
            PARTITION BY excluded.household_id
            ORDER BY
                CASE WHEN excluded.exclusion IS NULL THEN 0 ELSE 1 END,
                excluded.age_years DESC NULLS LAST,
                excluded.person_id
        ) AS place
    FROM excluded
    LEFT JOIN registered_head ON registered_head.household_id = excluded.household_id
    WHERE registered_head.household_id IS NULL
),
unit_head AS (
    SELECT household_id, head_person_id FROM registered_head
    UNION ALL
    SELECT household_id, head_person_id FROM other_head WHERE place = 1
),
headed AS (
    SELECT
        excluded.*,
        unit_head.head_person_id AS unit_head_person_id,
        CASE
            WHEN excluded.person_id = unit_head.head_person_id THEN 'head'
            WHEN excluded.household_id = excluded.home_household_id
                AND excluded.head_person_id = unit_head.head_person_id
                AND NOT excluded.is_family_after_all
                THEN excluded.relation_to_head
        END AS registered_role
    FROM excluded
    INNER JOIN unit_head ON unit_head.household_id = excluded.household_id
),
-- Whose role no register tells.
unnamed AS (
    SELECT * FROM headed WHERE registered_role IS NULL
),
kin AS (
    SELECT
        unnamed.person_id,
        CASE
            WHEN family_graph.relation LIKE '%father' OR family_graph.relation LIKE '%mother' THEN 'parent'
            WHEN family_graph.relation = 'half_sibling' THEN 'sibling'
            ELSE family_graph.relation
        END AS relation,
        row_number() OVER (
            PARTITION BY unnamed.person_id
            ORDER BY
                CASE family_graph.basis WHEN 'registered' THEN 0 ELSE 1 END, family_graph.relation
        ) AS place
    FROM unnamed
    INNER JOIN family_graph
        ON family_graph.person_id = unnamed.unit_head_person_id
        AND family_graph.relative_id = unnamed.person_id
        AND family_graph.valid_to IS NULL
),
-- A child of the head's spouse is a child of the family.
of_spouse AS (
    SELECT DISTINCT unnamed.person_id
    FROM unnamed
    INNER JOIN family_graph AS own
        ON own.person_id = unnamed.person_id AND own.valid_to IS NULL
        AND (own.relation LIKE '%father' OR own.relation LIKE '%mother' OR own.relation = 'parent')
    INNER JOIN family_graph AS married
        ON married.person_id = unnamed.unit_head_person_id AND married.relative_id = own.relative_id
        AND married.relation IN ('spouse', 'de_facto_spouse') AND married.valid_to IS NULL
)
SELECT
    excluded.household_id AS unit_id,
    excluded.person_id,
    excluded.unit_head_person_id AS head_person_id,
    CASE
        WHEN excluded.registered_role IS NOT NULL THEN excluded.registered_role
        WHEN kin.relation IS NOT NULL THEN kin.relation
        -- A cohabitant who is family of others than the head.
        WHEN excluded.household_id = excluded.home_household_id
            AND excluded.head_person_id = excluded.unit_head_person_id
            AND excluded.relation_to_head IS NOT NULL
            THEN excluded.relation_to_head
        WHEN of_spouse.person_id IS NOT NULL THEN 'child'
        WHEN excluded.household_id = excluded.home_household_id THEN 'unknown'
        ELSE 'other'
    END AS role,
    excluded.age_years,
    excluded.exclusion,
    excluded.exclusion IS NULL AS is_counted,
    excluded.reason AS place_reason,
    CASE
        WHEN excluded.is_family_after_all THEN 'cohabitant_is_family'
        ELSE coalesce(excluded.exclusion, excluded.reason)
    END AS reason,
    CASE WHEN excluded.is_family_after_all THEN 'conflict' ELSE excluded.status END AS status,
    excluded.home_household_id,
    excluded.parent_id,
    excluded.is_parted,
    CASE WHEN away.person_id IS NOT NULL THEN away.valid_from ELSE excluded.valid_from END AS valid_from,
    CASE WHEN away.person_id IS NOT NULL THEN away.document_type ELSE excluded.document_type END
        AS document_type,
    CASE WHEN away.person_id IS NOT NULL THEN away.delivery_id ELSE excluded.delivery_id END
        AS delivery_id,
    CASE WHEN away.person_id IS NOT NULL THEN away.line ELSE excluded.line END AS line
FROM headed AS excluded
LEFT JOIN kin ON kin.person_id = excluded.person_id AND kin.place = 1
LEFT JOIN of_spouse ON of_spouse.person_id = excluded.person_id
LEFT JOIN absence AS away
    ON away.person_id = excluded.person_id AND away.place = 1
    AND away.reason = excluded.exclusion
