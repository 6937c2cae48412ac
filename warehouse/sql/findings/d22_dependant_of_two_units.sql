-- One row: one piece of evidence that a child or another dependant is claimed by two units at once: two
-- heads hold entitlements for the same person, of one programme or of one family of programmes
-- (d22_programme.unit_group), and both have been in force together for longer than a handover takes.
-- Heads who are a couple, or who are registered in one household, are one unit; a head who died is
-- followed, not doubled. The month is that in which the two began to run together.
-- Who is missing: people who are their own head, heads whom the index does not know, and programmes
-- of different purpose, each of which may name another member of the family.
-- Which source wins: the newest decision of each head; an entitlement that ended is none.
WITH claim AS (
    SELECT
        recipient_index.person_id,
        head.person_id AS head_id,
        entitlement.programme_code,
        coalesce(
            CAST(d22_programme.unit_group AS VARCHAR), entitlement.programme_code
        ) AS unit_group,
        entitlement.status,
        entitlement.entitled_from,
        entitlement.entitled_to,
        entitlement.document_type,
        entitlement.delivery_id,
        entitlement.line,
        row_number() OVER (
            PARTITION BY recipient_index.person_id, entitlement.programme_code, head.person_id
            ORDER BY entitlement.entitled_from DESC, entitlement.made_at DESC,
                entitlement.delivery_id DESC, entitlement.line DESC
        ) AS place
    FROM f34_benefit_entitlement AS entitlement
    CROSS JOIN night
    INNER JOIN recipient_index ON recipient_index.signature_id = entitlement.signature_id
    INNER JOIN person_token AS head
        ON head.national_id_token = entitlement.unit_head_national_id_token
    LEFT JOIN d22_programme ON d22_programme.programme_code = entitlement.programme_code
    WHERE entitlement.programme_code IS NOT NULL
        AND entitlement.entitled_from <= night.as_of
        AND head.person_id <> recipient_index.person_id
),
held AS (
    SELECT claim.*, person.death_date AS head_died_on
    FROM claim
    INNER JOIN (
        SELECT person_id, unit_group
        FROM claim
        GROUP BY person_id, unit_group
        HAVING min(head_id) <> max(head_id)
    ) AS several
        ON several.person_id = claim.person_id AND several.unit_group = claim.unit_group
    LEFT JOIN person ON person.person_id = claim.head_id
    WHERE claim.place = 1
        AND claim.status IN ('granted', 'changed', 'extended', 'shortened', 'advance_support')
),
home AS (
    SELECT
        household_member.person_id,
        household_member.household_id,
        household_member.valid_from,
        household_member.valid_to
    FROM household_member
    INNER JOIN (SELECT DISTINCT head_id FROM held) AS known
        ON known.head_id = household_member.person_id
),
together AS (
    SELECT
        earlier.person_id,
        earlier.head_id AS earlier_head_id,
        later.head_id AS later_head_id,
        earlier.programme_code AS earlier_programme_code,
        later.programme_code AS later_programme_code,
        earlier.entitled_from AS earlier_from,
        later.entitled_from AS later_from,
        least(
            coalesce(earlier.entitled_to, night.as_of),
            coalesce(later.entitled_to, night.as_of),
            coalesce(earlier.head_died_on, night.as_of),
            coalesce(later.head_died_on, night.as_of),
            night.as_of
        ) AS last_day
    FROM held AS earlier
    CROSS JOIN night
    INNER JOIN held AS later
        ON later.person_id = earlier.person_id
        AND later.unit_group = earlier.unit_group
        AND later.head_id <> earlier.head_id
        AND (
            later.entitled_from > earlier.entitled_from
            OR (
                later.entitled_from = earlier.entitled_from
                AND later.head_id > earlier.head_id
            )
        )
),
one_family AS (
    SELECT together.earlier_head_id, together.later_head_id
    FROM together
    INNER JOIN couple
        ON couple.person_id = least(together.earlier_head_id, together.later_head_id)
        AND couple.spouse_id = greatest(together.earlier_head_id, together.later_head_id)
    UNION
    SELECT together.earlier_head_id, together.later_head_id
    FROM together
    INNER JOIN home AS one ON one.person_id = together.earlier_head_id
    INNER JOIN home AS other
        ON other.person_id = together.later_head_id
        AND other.household_id = one.household_id
        AND (one.valid_to IS NULL OR one.valid_to >= together.later_from)
        AND (other.valid_to IS NULL OR other.valid_to >= together.later_from)
),
pair AS (
    SELECT together.*
    FROM together
    CROSS JOIN d22_setting AS setting
    LEFT JOIN one_family
        ON one_family.earlier_head_id = together.earlier_head_id
        AND one_family.later_head_id = together.later_head_id
    WHERE one_family.earlier_head_id IS NULL
        AND date_diff('day', together.later_from, together.last_day) >= setting.handover_days
),
paid AS (
    SELECT pair.person_id, pair.later_programme_code, max(benefit_month.amount) AS amount
    FROM pair
    INNER JOIN benefit_month
        ON benefit_month.person_id = pair.person_id
        AND benefit_month.programme_code = pair.later_programme_code
        AND benefit_month.month >= pair.later_from
    GROUP BY pair.person_id, pair.later_programme_code
),
found AS (
    SELECT
        pair.person_id AS subject_id,
        pair.person_id,
        pair.later_programme_code AS programme_code,
        CASE
            WHEN pair.earlier_programme_code <> pair.later_programme_code
                THEN pair.earlier_programme_code
        END AS other_programme_code,
        CAST(date_trunc('month', pair.later_from) AS DATE) AS period,
        CAST(date_trunc('month', pair.later_from) AS DATE) AS first_period,
        CAST(date_trunc('month', pair.last_day) AS DATE) AS last_period,
        pair.earlier_head_id,
        pair.later_head_id,
        paid.amount AS amount_at_stake,
        'claimed by two units from ' || CAST(pair.earlier_from AS VARCHAR)
        || ' and ' || CAST(pair.later_from AS VARCHAR) AS statement
    FROM pair
    LEFT JOIN paid
        ON paid.person_id = pair.person_id
        AND paid.later_programme_code = pair.later_programme_code
),
evidence AS (
    SELECT
        found.subject_id,
        found.programme_code,
        found.other_programme_code,
        found.period,
        'entitlement' AS role,
        held.document_type,
        held.delivery_id,
        held.line
    FROM found
    INNER JOIN held
        ON held.person_id = found.person_id
        AND held.head_id IN (found.earlier_head_id, found.later_head_id)
        AND (
            held.programme_code = found.programme_code
            OR held.programme_code = found.other_programme_code
        )
)
{{finding_rows}}
