-- One row: one piece of evidence that a unit as it was decided leaves out a registered spouse, or an
-- unmarried child under the age limit, who belongs to it by law and stands on the same register.
-- Left out: listed under no head while the sender lists the members of units; or entitled to the same
-- programme under another head, so that one family makes two units.
-- A sender lists members of a programme where most of its units of two and more people show two rows;
-- else only a unit that itself lists several people can leave one out.
-- Who is missing: members of whom sources disagree, who joined lately or are not counted by law
-- (custody, service, abroad), foreigners; children whose housing benefit is lawfully paid apart.
-- At stake is what was paid for the month.
-- Which source wins: entitlements (F34) for the unit as decided, assistance_unit_member for the law.
WITH listed AS (
    SELECT
        recipient_index.person_id,
        coalesce(head.person_id, recipient_index.person_id) AS head_id,
        entitlement.programme_code,
        entitlement.entitled_from,
        entitlement.entitled_to,
        entitlement.status,
        entitlement.document_type,
        entitlement.delivery_id,
        entitlement.line,
        row_number() OVER (
            PARTITION BY recipient_index.person_id, entitlement.programme_code
            ORDER BY entitlement.entitled_from DESC NULLS LAST, entitlement.made_at DESC,
                entitlement.delivery_id DESC, entitlement.line DESC
        ) AS place
    FROM f34_benefit_entitlement AS entitlement
    INNER JOIN d40_programme ON d40_programme.programme_code = entitlement.programme_code
    INNER JOIN recipient_index ON recipient_index.signature_id = entitlement.signature_id
    LEFT JOIN person_token AS head
        ON head.national_id_token = entitlement.unit_head_national_id_token
    WHERE recipient_index.person_id IS NOT NULL
),
standing AS (
    SELECT
        listed.*,
        own.household_id
    FROM listed
    CROSS JOIN night
    INNER JOIN assistance_unit_member AS own ON own.person_id = listed.person_id AND own.is_counted
    WHERE listed.place = 1
        AND listed.status IN ('entitled', 'granted', 'active', 'changed', 'extended')
        AND listed.entitled_from <= night.month
        AND (listed.entitled_to IS NULL OR listed.entitled_to >= night.month)
),
decided_unit AS (
    SELECT head_id, programme_code, household_id, document_type, count(*) AS listed_people
    FROM standing
    GROUP BY head_id, programme_code, household_id, document_type
),
unit_size AS (
    SELECT household_id, count(*) AS people
    FROM assistance_unit_member
    WHERE is_counted
    GROUP BY household_id
),
sender AS (
    SELECT
        decided_unit.document_type,
        decided_unit.programme_code,
        sum(CASE WHEN decided_unit.listed_people > 1 THEN 1 ELSE 0 END) * 2 > count(*) AS lists_members
    FROM decided_unit
    INNER JOIN unit_size
        ON unit_size.household_id = decided_unit.household_id AND unit_size.people > 1
    GROUP BY decided_unit.document_type, decided_unit.programme_code
),
married AS (
    SELECT DISTINCT tie.person_id
    FROM family_graph AS tie
    CROSS JOIN night
    WHERE tie.relation IN ('spouse', 'de_facto_spouse')
        AND (tie.valid_to IS NULL OR tie.valid_to > night.as_of)
),
-- Whoever belongs to the head by law: the spouse, and unmarried children under the age limit.
belonging AS (
    SELECT
        head.person_id AS head_id,
        relative.person_id AS relative_id,
        CASE WHEN tie.relation = 'spouse' THEN 'spouse' ELSE 'child' END AS kinship,
        stay.valid_from AS joined_on,
        tie.document_type,
        tie.delivery_id,
        tie.line,
        stay.document_type AS stay_document_type,
        stay.delivery_id AS stay_delivery_id,
        stay.line AS stay_line
    FROM (SELECT DISTINCT head_id FROM decided_unit) AS decided
    CROSS JOIN night
    CROSS JOIN d40_setting AS setting
    INNER JOIN assistance_unit_member AS head
        ON head.person_id = decided.head_id AND head.is_counted
    INNER JOIN family_graph AS tie
        ON tie.person_id = head.person_id
        AND tie.basis = 'registered'
        AND tie.status = 'known'
        AND tie.relation IN ('spouse', 'child')
        AND (tie.valid_to IS NULL OR tie.valid_to > night.as_of)
    INNER JOIN assistance_unit_member AS relative
        ON relative.person_id = tie.relative_id
        AND relative.household_id = head.household_id
        AND relative.is_counted
        AND relative.reason = 'same_register'
    INNER JOIN person ON person.person_id = relative.person_id AND NOT person.is_foreign
    INNER JOIN household_member AS stay
        ON stay.person_id = relative.person_id
        AND stay.household_id = relative.household_id
        AND stay.valid_to IS NULL
    LEFT JOIN married ON married.person_id = relative.person_id
    WHERE tie.relation = 'spouse'
        OR (
            relative.age_years < setting.child_age_limit
            AND married.person_id IS NULL
        )
),
left_out AS (
    SELECT
        decided_unit.head_id,
        decided_unit.programme_code,
        belonging.relative_id,
        belonging.kinship,
        belonging.joined_on,
        belonging.document_type,
        belonging.delivery_id,
        belonging.line,
        belonging.stay_document_type,
        belonging.stay_delivery_id,
        belonging.stay_line,
        other.head_id IS NOT NULL AS has_own_unit,
        other.document_type AS other_document_type,
        other.delivery_id AS other_delivery_id,
        other.line AS other_line
    FROM decided_unit
    INNER JOIN sender
        ON sender.document_type = decided_unit.document_type
        AND sender.programme_code = decided_unit.programme_code
    INNER JOIN belonging ON belonging.head_id = decided_unit.head_id
    LEFT JOIN standing AS other
        ON other.person_id = belonging.relative_id
        AND other.programme_code = decided_unit.programme_code
    WHERE (
            other.person_id IS NULL AND (sender.lists_members OR decided_unit.listed_people > 1)
        )
        OR (
            other.head_id <> decided_unit.head_id
            AND NOT (decided_unit.programme_code = 'P243' AND belonging.kinship = 'child')
        )
),
held AS (
    SELECT benefit_held.*
    FROM benefit_held
    INNER JOIN (SELECT DISTINCT head_id, programme_code FROM left_out) AS suspect
        ON suspect.head_id = benefit_held.person_id
        AND suspect.programme_code = benefit_held.programme_code
),
shown AS (
    SELECT left_out.*, month.person_id, month.month
    FROM left_out
    CROSS JOIN d40_setting AS setting
    INNER JOIN standing AS own
        ON own.person_id = left_out.head_id AND own.programme_code = left_out.programme_code
    INNER JOIN (SELECT DISTINCT person_id, programme_code, month FROM held) AS month
        ON month.person_id = left_out.head_id
        AND month.programme_code = left_out.programme_code
        AND month.month >= own.entitled_from
    WHERE CAST(
            left_out.joined_on + to_months(CAST(setting.report_months AS INTEGER)) AS DATE
        ) <= month.month
),
asked AS (
    SELECT
        person_id,
        programme_code,
        month AS first_month,
        month,
        'left out: spouse ' || CAST(count(DISTINCT CASE WHEN kinship = 'spouse' THEN relative_id END) AS VARCHAR)
        || ', children ' || CAST(count(DISTINCT CASE WHEN kinship = 'child' THEN relative_id END) AS VARCHAR)
        || CASE WHEN max(CASE WHEN has_own_unit THEN 1 ELSE 0 END) = 1 THEN '; a unit of their own' ELSE '' END
            AS statement
    FROM shown
    GROUP BY person_id, programme_code, month
),
reason AS (
    SELECT person_id, programme_code, month, 'kinship' AS role, document_type, delivery_id, line
    FROM shown
    UNION ALL
    SELECT person_id, programme_code, month, 'residence', stay_document_type, stay_delivery_id,
        stay_line
    FROM shown
    UNION ALL
    SELECT person_id, programme_code, month, 'entitlement', other_document_type, other_delivery_id,
        other_line
    FROM shown
    WHERE has_own_unit
    UNION ALL
    SELECT asked.person_id, asked.programme_code, asked.month, 'entitlement',
        standing.document_type, standing.delivery_id, standing.line
    FROM asked
    INNER JOIN standing
        ON standing.head_id = asked.person_id AND standing.programme_code = asked.programme_code
),
{{month_held_rows}}
