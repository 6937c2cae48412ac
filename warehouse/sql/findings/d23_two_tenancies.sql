-- One row: one piece of evidence that a household has two public tenancies at once, or is paid the
-- housing benefit twice for one month.
-- Tenancies: contracts of public landlords (the rule's inputs) at two addresses, running together for
-- longer than a move takes; the month is that in which both began to run.
-- Housing benefit: two people of one registered household, or two of one family registered at one
-- address under separate households. The month is that of the payments; the smaller one is at stake,
-- and the finding is its recipient's.
-- Who is missing: contracts whose tenant the index does not know, and two contracts of one kind without
-- addresses to tell them apart.
-- Which source wins: of the spellings of a contract the newest; none of the landlords.
WITH tenancy AS (
    SELECT
        person_index.person_id,
        lease.document_type,
        lease.address_key,
        lease.lease_from,
        lease.lease_to,
        lease.deposit_amount,
        lease.monthly_rent_amount,
        lease.delivery_id,
        lease.line,
        row_number() OVER (
            PARTITION BY person_index.person_id, lease.document_type, lease.address_key, lease.lease_from
            ORDER BY lease.made_at DESC, lease.delivery_id DESC, lease.line DESC
        ) AS place
    FROM f22_lease_deposit AS lease
    CROSS JOIN night
    INNER JOIN rule_input
        ON rule_input.rule_id = '{{rule}}' AND rule_input.input = lease.document_type
    INNER JOIN person_index ON person_index.signature_id = lease.signature_id
    WHERE lease.lease_from IS NOT NULL AND lease.lease_from <= night.as_of
),
home AS (
    SELECT
        household_member.person_id,
        household_member.household_id,
        household_member.valid_from,
        row_number() OVER (
            PARTITION BY household_member.person_id
            ORDER BY household_member.valid_from DESC NULLS LAST, household_member.household_id
        ) AS place
    FROM household_member
    CROSS JOIN night
    WHERE (household_member.valid_from IS NULL OR household_member.valid_from <= night.as_of)
        AND (household_member.valid_to IS NULL OR household_member.valid_to >= night.as_of)
        AND coalesce(household_member.relation_to_head, '') <> 'cohabitant'
),
tenant AS (
    SELECT
        tenancy.*,
        coalesce(home.household_id, tenancy.person_id) AS home_id,
        home.valid_from AS home_from
    FROM tenancy
    LEFT JOIN home ON home.person_id = tenancy.person_id AND home.place = 1
    WHERE tenancy.place = 1
),
several AS (
    SELECT home_id
    FROM tenant
    GROUP BY home_id
    HAVING count(*) > 1
),
contract AS (
    SELECT tenant.*
    FROM tenant
    INNER JOIN several ON several.home_id = tenant.home_id
),
together AS (
    SELECT
        later.person_id,
        earlier.person_id AS earlier_person_id,
        earlier.document_type AS earlier_document_type,
        earlier.delivery_id AS earlier_delivery_id,
        earlier.line AS earlier_line,
        later.document_type,
        later.delivery_id,
        later.line,
        earlier.lease_from AS earlier_from,
        later.lease_from AS later_from,
        -- Two people of one household have two homes only since they live in one.
        CASE
            WHEN earlier.person_id = later.person_id THEN later.lease_from
            ELSE
                greatest(
                    later.lease_from,
                    coalesce(earlier.home_from, later.lease_from),
                    coalesce(later.home_from, later.lease_from)
                )
        END AS first_day,
        least(
            coalesce(earlier.lease_to, night.as_of), coalesce(later.lease_to, night.as_of), night.as_of
        ) AS last_day
    FROM contract AS earlier
    CROSS JOIN night
    INNER JOIN contract AS later
        ON later.home_id = earlier.home_id
        AND (
            later.address_key <> earlier.address_key
            OR (
                later.document_type <> earlier.document_type
                AND (later.address_key IS NULL OR earlier.address_key IS NULL)
            )
        )
        AND (
            later.lease_from > earlier.lease_from
            OR (
                later.lease_from = earlier.lease_from
                AND (
                    later.document_type > earlier.document_type
                    OR (
                        later.document_type = earlier.document_type
                        AND concat(later.delivery_id, later.line)
                        > concat(earlier.delivery_id, earlier.line)
                    )
                )
            )
        )
),
two_tenancies AS (
    SELECT
        together.*,
        CAST(date_trunc('month', together.first_day) AS DATE) AS period
    FROM together
    CROSS JOIN d23_setting AS setting
    WHERE date_diff('day', together.first_day, together.last_day) >= setting.move_days
),
benefit AS (
    SELECT
        benefit_received.*,
        home.household_id,
        place.unit_id AS dwelling_id
    FROM benefit_received
    INNER JOIN d23_programme ON d23_programme.programme_code = benefit_received.programme_code
    LEFT JOIN home ON home.person_id = benefit_received.person_id AND home.place = 1
    LEFT JOIN unit_membership AS place
        ON place.person_id = benefit_received.person_id
        AND place.unit_family = 'dwelling'
        AND place.recorded_to IS NULL
        AND place.valid_to IS NULL
),
two_benefits AS (
    SELECT one.person_id, other.person_id AS other_person_id, one.month, one.programme_code,
        least(one.amount, other.amount) AS amount
    FROM benefit AS one
    INNER JOIN benefit AS other
        ON other.household_id = one.household_id
        AND other.month = one.month
        AND other.person_id <> one.person_id
        AND (other.amount > one.amount OR (other.amount = one.amount AND other.person_id < one.person_id))
    UNION
    SELECT one.person_id, other.person_id, one.month, one.programme_code,
        least(one.amount, other.amount)
    FROM benefit AS one
    INNER JOIN benefit AS other
        ON other.dwelling_id = one.dwelling_id
        AND other.month = one.month
        AND other.person_id <> one.person_id
        AND (other.amount > one.amount OR (other.amount = one.amount AND other.person_id < one.person_id))
    INNER JOIN family_graph
        ON family_graph.person_id = one.person_id
        AND family_graph.relative_id = other.person_id
        AND family_graph.valid_to IS NULL
    WHERE other.household_id <> one.household_id
),
found AS (
    SELECT
        person_id AS subject_id,
        person_id,
        CAST(NULL AS VARCHAR) AS programme_code,
        CAST(NULL AS VARCHAR) AS other_programme_code,
        period,
        period AS first_period,
        CAST(date_trunc('month', max(last_day)) AS DATE) AS last_period,
        CAST(NULL AS BIGINT) AS amount_at_stake,
        'public tenancies from ' || CAST(min(earlier_from) AS VARCHAR)
        || ' and ' || CAST(max(later_from) AS VARCHAR) AS statement
    FROM two_tenancies
    GROUP BY person_id, period
    UNION ALL
    SELECT
        person_id,
        person_id,
        programme_code,
        NULL,
        month,
        month,
        month,
        max(amount),
        'two housing benefits of one home; the smaller ' || CAST(max(amount) AS VARCHAR)
    FROM two_benefits
    GROUP BY person_id, programme_code, month
),
evidence AS (
    SELECT
        person_id AS subject_id,
        CAST(NULL AS VARCHAR) AS programme_code,
        CAST(NULL AS VARCHAR) AS other_programme_code,
        period,
        'tenancy' AS role,
        document_type,
        delivery_id,
        line
    FROM two_tenancies
    UNION ALL
    SELECT person_id, NULL, NULL, period, 'tenancy', earlier_document_type, earlier_delivery_id,
        earlier_line
    FROM two_tenancies
    UNION ALL
    SELECT two_benefits.person_id, two_benefits.programme_code, NULL, two_benefits.month, 'payment',
        benefit.document_type, benefit.delivery_id, benefit.line
    FROM two_benefits
    INNER JOIN benefit
        ON benefit.month = two_benefits.month
        AND benefit.person_id IN (two_benefits.person_id, two_benefits.other_person_id)
)
{{finding_rows}}
