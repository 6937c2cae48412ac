-- One row is a pair of people (the smaller ID first) whom some register takes for spouses, now or
-- earlier, also de facto. is_kept: of a person's claims tonight the best one for both; the others stay
-- here and in unit_conflict. status: 'known' (the family register says so), 'assumed' (only the
-- household register does: a foreign marriage, a common life), 'conflict' with a reason: 'one_sided',
-- 'several_spouses', 'divorced_but_current' (a divorce is registered and a later register still holds
-- the marriage; the divorce wins), 'not_in_family_register' (both are in it, and neither names the other).
-- Missing: pairs of whom the index does not know both. Which source wins: a divorce, then the family
-- register, then the household register, then a de facto entry; a death ends every tie.
-- Not sorted: only the steps after it read it.
WITH current_register AS (
    SELECT DISTINCT person_id
    FROM register_relation
    WHERE document_type = 'I02-F03-01'
),
claim AS (
    SELECT
        told.person_id, told.relative_id AS spouse_id,
        CASE
            WHEN told.event IN (
                'divorce', 'divorce_by_agreement', 'divorce_by_court', 'annulment', 'void_marriage'
            ) THEN 'end'
            ELSE 'marriage'
        END AS kind,
        told.effective_on, told.ended_on, told.made_at,
        told.document_type, told.delivery_id, told.line
    FROM register_relation AS told
    WHERE told.relation = 'spouse' AND told.person_id <> told.relative_id
    UNION ALL
    SELECT
        member.head_person_id, member.person_id,
        CASE member.relation_to_head WHEN 'spouse' THEN 'household' ELSE 'de_facto' END,
        member.valid_from, NULL, NULL, member.document_type, member.delivery_id, member.line
    FROM household_member AS member
    CROSS JOIN night
    WHERE member.relation_to_head IN ('spouse', 'de_facto_spouse')
        AND member.head_person_id <> member.person_id
        AND (member.valid_from IS NULL OR member.valid_from <= night.as_of)
        AND (member.valid_to IS NULL OR member.valid_to >= night.as_of)
),
paired AS (
    SELECT
        *,
        least(person_id, spouse_id) AS first_id,
        greatest(person_id, spouse_id) AS second_id
    FROM claim
),
-- Deliveries by number, the one to believe first: so a claim's kind and source are one number.
told_delivery AS (
    SELECT
        made_at, document_type, delivery_id,
        row_number() OVER (
            ORDER BY made_at DESC NULLS LAST, document_type, delivery_id DESC
        ) AS delivery_no
    FROM (SELECT DISTINCT made_at, document_type, delivery_id FROM paired) AS arrived
),
gathered AS (
    SELECT
        paired.first_id, paired.second_id,
        max(CASE WHEN paired.kind = 'marriage' AND paired.person_id = paired.first_id THEN 1 ELSE 0 END)
            AS by_first,
        max(CASE WHEN paired.kind = 'marriage' AND paired.person_id = paired.second_id THEN 1 ELSE 0 END)
            AS by_second,
        max(CASE WHEN paired.kind = 'household' THEN 1 ELSE 0 END) AS by_household,
        max(CASE WHEN paired.kind = 'de_facto' THEN 1 ELSE 0 END) AS is_de_facto,
        max(CASE WHEN paired.kind = 'marriage' THEN paired.effective_on END) AS married_on,
        min(CASE WHEN paired.kind IN ('household', 'de_facto') THEN paired.effective_on END)
            AS together_from,
        max(CASE WHEN paired.kind = 'end' THEN coalesce(paired.ended_on, paired.effective_on) END)
            AS divorced_on,
        max(CASE WHEN paired.document_type = 'I02-F03-01' THEN paired.made_at END) AS register_made_at,
        min(
            CASE paired.kind WHEN 'end' THEN 0 WHEN 'marriage' THEN 1 WHEN 'household' THEN 2 ELSE 3 END
            * 1000000000000000000
            + told_delivery.delivery_no * 1000000000000 + paired.line
        ) AS source_no
    FROM paired
    INNER JOIN told_delivery
        ON told_delivery.delivery_id = paired.delivery_id
        AND told_delivery.document_type = paired.document_type
        AND told_delivery.made_at IS NOT DISTINCT FROM paired.made_at
    GROUP BY paired.first_id, paired.second_id
),
tie AS (
    SELECT
        gathered.first_id, gathered.second_id,
        gathered.by_first, gathered.by_second, gathered.by_household, gathered.is_de_facto,
        gathered.by_first + gathered.by_second AS registered,
        -- A marriage after the divorce is a new marriage of the same two.
        CASE
            WHEN gathered.divorced_on IS NOT NULL
                AND (gathered.married_on IS NULL OR gathered.married_on <= gathered.divorced_on)
                THEN gathered.divorced_on
        END AS divorced_on,
        gathered.register_made_at,
        coalesce(gathered.married_on, gathered.together_from) AS valid_from,
        least(one.death_date, other.death_date) AS widowed_on,
        one_register.person_id IS NOT NULL AND NOT one.is_foreign AS first_is_registered,
        other_register.person_id IS NOT NULL AND NOT other.is_foreign AS second_is_registered,
        source.document_type, source.delivery_id, gathered.source_no % 1000000000000 AS line
    FROM gathered
    INNER JOIN told_delivery AS source
        ON source.delivery_no = (gathered.source_no % 1000000000000000000) // 1000000000000
    INNER JOIN person AS one ON one.person_id = gathered.first_id
    INNER JOIN person AS other ON other.person_id = gathered.second_id
    LEFT JOIN current_register AS one_register ON one_register.person_id = gathered.first_id
    LEFT JOIN current_register AS other_register ON other_register.person_id = gathered.second_id
),
open_tie AS (
    SELECT
        tie.*,
        -- Who still shares a household as spouses after a divorce lives together de facto.
        CASE
            WHEN tie.divorced_on IS NOT NULL AND tie.is_de_facto = 1 THEN tie.widowed_on
            ELSE least(tie.divorced_on, tie.widowed_on)
        END AS valid_to,
        CASE
            WHEN tie.divorced_on IS NOT NULL THEN 1
            ELSE 3 * tie.registered + tie.by_household + tie.is_de_facto
        END AS strength
    FROM tie
),
side AS (
    SELECT first_id AS person_id, first_id, second_id, strength, valid_from, valid_to FROM open_tie
    UNION ALL
    SELECT second_id, first_id, second_id, strength, valid_from, valid_to FROM open_tie
),
ranked AS (
    SELECT
        side.first_id, side.second_id,
        row_number() OVER (
            PARTITION BY side.person_id
            ORDER BY side.strength DESC, side.valid_from DESC NULLS LAST, side.first_id, side.second_id
        ) AS rank,
        count(*) OVER (PARTITION BY side.person_id) AS claims
    FROM side
    CROSS JOIN night
    WHERE side.valid_to IS NULL OR side.valid_to > night.as_of
),
best AS (
    SELECT first_id, second_id, max(rank) AS rank, max(claims) AS claims
    FROM ranked
    GROUP BY first_id, second_id
)
SELECT
    open_tie.first_id AS person_id,
    open_tie.second_id AS spouse_id,
    CASE
        WHEN open_tie.registered > 0 AND open_tie.divorced_on IS NULL THEN 'spouse'
        WHEN open_tie.is_de_facto = 1 THEN 'de_facto_spouse'
        ELSE 'spouse'
    END AS relation,
    best.rank IS NOT NULL AND best.rank = 1 AS is_kept,
    CASE
        WHEN coalesce(best.claims, 0) > 1 THEN 'conflict'
        WHEN open_tie.divorced_on IS NOT NULL
            AND (
                CAST(open_tie.register_made_at AS DATE)
                > CAST(open_tie.divorced_on + INTERVAL '45' DAY AS DATE)
                OR open_tie.by_household = 1
            ) THEN 'conflict'
        WHEN open_tie.registered = 1 AND open_tie.register_made_at IS NOT NULL
            AND open_tie.first_is_registered AND open_tie.second_is_registered THEN 'conflict'
        WHEN open_tie.registered = 0 AND open_tie.by_household = 1
            AND open_tie.first_is_registered AND open_tie.second_is_registered THEN 'conflict'
        WHEN open_tie.registered = 0 AND open_tie.divorced_on IS NULL THEN 'assumed'
        ELSE 'known'
    END AS status,
    CASE
        WHEN coalesce(best.claims, 0) > 1 THEN 'several_spouses'
        WHEN open_tie.divorced_on IS NOT NULL
            AND (
                CAST(open_tie.register_made_at AS DATE)
                > CAST(open_tie.divorced_on + INTERVAL '45' DAY AS DATE)
                OR open_tie.by_household = 1
            ) THEN 'divorced_but_current'
        WHEN open_tie.registered = 1 AND open_tie.register_made_at IS NOT NULL
            AND open_tie.first_is_registered AND open_tie.second_is_registered THEN 'one_sided'
        WHEN open_tie.registered = 0 AND open_tie.by_household = 1
            AND open_tie.first_is_registered AND open_tie.second_is_registered
            THEN 'not_in_family_register'
        WHEN open_tie.registered = 0 AND open_tie.divorced_on IS NULL
            THEN CASE WHEN open_tie.is_de_facto = 1 THEN 'de_facto' ELSE 'household_register_only' END
        WHEN open_tie.divorced_on IS NOT NULL THEN 'divorced'
        WHEN open_tie.widowed_on IS NOT NULL THEN 'widowed'
    END AS reason,
    open_tie.valid_from,
    open_tie.valid_to,
    open_tie.document_type, open_tie.delivery_id, open_tie.line
FROM open_tie
LEFT JOIN best ON best.first_id = open_tie.first_id AND best.second_id = open_tie.second_id
