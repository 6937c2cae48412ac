-- One row is what a relative is to a person: father, mother, adoptive_father, adoptive_mother,
-- parent, child, spouse, de_facto_spouse, sibling, half_sibling, grandparent, grandchild. basis:
-- 'registered' (some register says it, in this direction or the other), 'implied' (it follows from
-- ties that are registered). Ended ties stay, with their valid_to; implied ones follow from ties
-- that hold tonight. recorded_from is the night since which the hub has believed it as it stands; what
-- it believed before is in family_tie.
-- Missing: relatives whom the index does not know, and step-relations that no register tells.
-- Which source wins: see parent_tie and spouse_tie, whose conflicts stay marked here.
WITH believed AS (
    SELECT tie_kind, person_id, relative_id, recorded_from
    FROM family_tie
    WHERE recorded_to IS NULL AND valid_to IS NULL
),
parent AS (
    SELECT parent_tie.*, coalesce(believed.recorded_from, night.as_of) AS recorded_from
    FROM parent_tie
    CROSS JOIN night
    LEFT JOIN believed
        ON believed.tie_kind = 'parent'
        AND believed.person_id = parent_tie.child_id
        AND believed.relative_id = parent_tie.parent_id
),
held AS (
    SELECT parent.*
    FROM parent
    CROSS JOIN night
    WHERE (parent.valid_to IS NULL OR parent.valid_to > night.as_of)
        AND coalesce(parent.reason, '') <> 'age_impossible'
),
couple AS (
    SELECT spouse_tie.*, coalesce(believed.recorded_from, night.as_of) AS recorded_from
    FROM spouse_tie
    CROSS JOIN night
    LEFT JOIN believed
        ON believed.tie_kind = 'spouse'
        AND believed.person_id = spouse_tie.person_id
        AND believed.relative_id = spouse_tie.spouse_id
),
shared_parent AS (
    SELECT
        one.child_id AS person_id,
        other.child_id AS relative_id,
        count(*) AS shared,
        min(CASE WHEN one.status = 'known' AND other.status = 'known' THEN 1 ELSE 0 END) AS is_known,
        greatest(max(one.valid_from), max(other.valid_from)) AS valid_from,
        greatest(max(one.recorded_from), max(other.recorded_from)) AS recorded_from,
        min(one.document_type) AS document_type,
        min(one.delivery_id) AS delivery_id,
        CAST(NULL AS BIGINT) AS line
    FROM held AS one
    INNER JOIN held AS other
        ON other.parent_id = one.parent_id AND other.child_id <> one.child_id
    GROUP BY one.child_id, other.child_id
),
of_known_parents AS (
    SELECT child_id, count(*) AS parents
    FROM held
    GROUP BY child_id
),
grandparent AS (
    SELECT
        younger.child_id AS person_id,
        elder.parent_id AS relative_id,
        min(CASE WHEN younger.status = 'known' AND elder.status = 'known' THEN 1 ELSE 0 END) AS is_known,
        greatest(max(younger.valid_from), max(elder.valid_from)) AS valid_from,
        greatest(max(younger.recorded_from), max(elder.recorded_from)) AS recorded_from,
        min(younger.document_type) AS document_type,
        min(younger.delivery_id) AS delivery_id,
        CAST(NULL AS BIGINT) AS line
    FROM held AS younger
    INNER JOIN held AS elder ON elder.child_id = younger.parent_id
    WHERE elder.parent_id <> younger.child_id
    GROUP BY younger.child_id, elder.parent_id
),
edge AS (
    SELECT child_id AS person_id, parent_id AS relative_id, role AS relation, 'registered' AS basis,
        status, reason, valid_from, valid_to, recorded_from, document_type, delivery_id, line
    FROM parent
    UNION ALL
    SELECT parent_id, child_id, 'child', 'registered', status, reason, valid_from, valid_to,
        recorded_from, document_type, delivery_id, line
    FROM parent
    UNION ALL
    SELECT person_id, spouse_id, relation, 'registered', status, reason, valid_from, valid_to,
        recorded_from, document_type, delivery_id, line
    FROM couple
    UNION ALL
    SELECT spouse_id, person_id, relation, 'registered', status, reason, valid_from, valid_to,
        recorded_from, document_type, delivery_id, line
    FROM couple
    UNION ALL
    -- Half-siblings share one of two known parents; where one of them has a single known parent, it
    -- is not known whether they share the other.
    SELECT
        shared_parent.person_id, shared_parent.relative_id,
        CASE
            WHEN shared_parent.shared = 1 AND own.parents > 1 AND theirs.parents > 1
                THEN 'half_sibling'
            ELSE 'sibling'
        END,
        'implied',
        CASE
            WHEN shared_parent.is_known = 1 AND (shared_parent.shared > 1 OR own.parents + theirs.parents > 3)
                THEN 'known'
            ELSE 'assumed'
        END,
        'shared_parent', shared_parent.valid_from, NULL, shared_parent.recorded_from,
        shared_parent.document_type, shared_parent.delivery_id, shared_parent.line
    FROM shared_parent
    INNER JOIN of_known_parents AS own ON own.child_id = shared_parent.person_id
    INNER JOIN of_known_parents AS theirs ON theirs.child_id = shared_parent.relative_id
    UNION ALL
    SELECT person_id, relative_id, 'grandparent', 'implied',
        CASE WHEN is_known = 1 THEN 'known' ELSE 'assumed' END, 'parent_of_parent',
        valid_from, NULL, recorded_from, document_type, delivery_id, line
    FROM grandparent
    UNION ALL
    SELECT relative_id, person_id, 'grandchild', 'implied',
        CASE WHEN is_known = 1 THEN 'known' ELSE 'assumed' END, 'parent_of_parent',
        valid_from, NULL, recorded_from, document_type, delivery_id, line
    FROM grandparent
)
SELECT *
FROM edge
ORDER BY person_id, relative_id, relation
