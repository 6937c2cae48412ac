-- One row: one piece of evidence that a person had two programmes in one month that exclude one
-- another, or that serve one purpose (a group of programmes): payments of a month, or entitlements
-- that were in force the whole month.
-- At stake is the smaller of the two payments; null where one of the two shows no payment to the hub.
-- Who is missing: benefits of another member of the unit; pairs of which one is set off against the
-- other (offset); the group that has a quota of years (D21); grades of one benefit, which two senders
-- may date differently (d20_programme.one_benefit). The pairs are data (programme_interaction).
-- Which source wins: payments and entitlements are both evidence; an entitlement adds no amount.
WITH pair AS (
    SELECT programme_code, other
    FROM programme_interaction
    WHERE kind = 'exclusive'
    UNION
    SELECT one.programme_code, other.programme_code AS other
    FROM programme_interaction AS one
    INNER JOIN programme_interaction AS other
        ON other.kind = 'group'
        AND other.other = one.other
        AND other.programme_code > one.programme_code
    LEFT JOIN programme_interaction AS set_off
        ON set_off.kind = 'offset'
        AND (
            (set_off.programme_code = one.programme_code AND set_off.other = other.programme_code)
            OR (set_off.programme_code = other.programme_code AND set_off.other = one.programme_code)
        )
    WHERE one.kind = 'group' AND one.other <> 'MX-HOUSEREPAIR' AND set_off.programme_code IS NULL
),
excluding AS (
    SELECT pair.*
    FROM pair
    LEFT JOIN d20_programme AS one ON one.programme_code = pair.programme_code
    LEFT JOIN d20_programme AS other
        ON other.programme_code = pair.other AND other.one_benefit = one.one_benefit
    WHERE other.programme_code IS NULL
),
concerned AS (
    SELECT programme_code
    FROM excluding
    UNION
    SELECT other AS programme_code
    FROM excluding
),
-- An entitlement without an end lasts until the next one of its programme; one-off support
-- (delivered as events) lasts no longer than its sender says.
entitlement AS (
    SELECT
        recipient_index.person_id,
        told.programme_code,
        told.status,
        told.entitled_from,
        coalesce(
            told.entitled_to,
            CASE WHEN document_type.mode = 'event' THEN told.entitled_from END,
            CAST(
                lead(told.entitled_from) OVER (
                    PARTITION BY recipient_index.person_id, told.programme_code
                    ORDER BY told.entitled_from, told.made_at, told.delivery_id, told.line
                ) - INTERVAL '1' DAY AS DATE
            ),
            CASE
                WHEN told.status IN ('ended', 'completed', 'suspended') THEN told.entitled_from
                ELSE last_day(night.as_of)
            END
        ) AS entitled_to,
        told.document_type,
        told.delivery_id,
        told.line
    FROM f34_benefit_entitlement AS told
    CROSS JOIN night
    INNER JOIN concerned ON concerned.programme_code = told.programme_code
    INNER JOIN document_type ON document_type.code = told.document_type
    INNER JOIN recipient_index ON recipient_index.signature_id = told.signature_id
    WHERE told.entitled_from <= night.month
),
in_force AS (
    SELECT *
    FROM entitlement
    WHERE status IN (
        'entitled', 'granted', 'active', 'changed', 'extended', 'shortened', 'ended', 'completed'
    )
),
payment AS (
    SELECT benefit_received.*
    FROM benefit_received
    INNER JOIN concerned ON concerned.programme_code = benefit_received.programme_code
),
calendar AS (
    SELECT DISTINCT month
    FROM benefit_received
    UNION
    SELECT month
    FROM night
),
known AS (
    SELECT person_id, programme_code
    FROM payment
    UNION
    SELECT person_id, programme_code
    FROM in_force
),
-- Few people know both programmes of a pair; only theirs is spread over months.
suspect AS (
    SELECT one.person_id, one.programme_code, other.programme_code AS other_programme_code
    FROM known AS one
    INNER JOIN excluding ON excluding.programme_code = one.programme_code
    INNER JOIN known AS other
        ON other.person_id = one.person_id AND other.programme_code = excluding.other
),
suspect_programme AS (
    SELECT person_id, programme_code
    FROM suspect
    UNION
    SELECT person_id, other_programme_code AS programme_code
    FROM suspect
),
receipt AS (
    SELECT payment.person_id, payment.programme_code, payment.month, payment.amount,
        'payment' AS role, payment.document_type, payment.delivery_id, payment.line
    FROM payment
    INNER JOIN suspect_programme
        ON suspect_programme.person_id = payment.person_id
        AND suspect_programme.programme_code = payment.programme_code
    UNION ALL
    SELECT in_force.person_id, in_force.programme_code, calendar.month, NULL, 'entitlement',
        in_force.document_type, in_force.delivery_id, in_force.line
    FROM in_force
    INNER JOIN suspect_programme
        ON suspect_programme.person_id = in_force.person_id
        AND suspect_programme.programme_code = in_force.programme_code
    INNER JOIN calendar
        ON calendar.month >= in_force.entitled_from
        AND last_day(calendar.month) <= in_force.entitled_to
),
held AS (
    SELECT
        person_id,
        programme_code,
        month,
        CAST(sum(amount) AS BIGINT) AS amount
    FROM receipt
    GROUP BY person_id, programme_code, month
),
found AS (
    SELECT
        suspect.person_id AS subject_id,
        suspect.person_id,
        suspect.programme_code,
        suspect.other_programme_code,
        one.month AS period,
        one.month AS first_period,
        one.month AS last_period,
        CASE
            WHEN one.amount <= other.amount THEN one.amount
            WHEN other.amount < one.amount THEN other.amount
        END AS amount_at_stake,
        'paid ' || coalesce(CAST(one.amount AS VARCHAR), 'unknown')
        || '; paid ' || coalesce(CAST(other.amount AS VARCHAR), 'unknown') AS statement
    FROM suspect
    INNER JOIN held AS one
        ON one.person_id = suspect.person_id AND one.programme_code = suspect.programme_code
    INNER JOIN held AS other
        ON other.person_id = suspect.person_id
        AND other.programme_code = suspect.other_programme_code
        AND other.month = one.month
),
evidence AS (
    SELECT
        found.subject_id,
        found.programme_code,
        found.other_programme_code,
        found.period,
        receipt.role,
        receipt.document_type,
        receipt.delivery_id,
        receipt.line
    FROM found
    INNER JOIN receipt
        ON receipt.person_id = found.person_id
        AND receipt.month = found.period
        AND receipt.programme_code IN (found.programme_code, found.other_programme_code)
)
{{finding_rows}}
