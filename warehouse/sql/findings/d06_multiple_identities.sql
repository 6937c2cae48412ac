-- One row: one piece of evidence that somebody was paid under two identities in one month: two people of
-- the index whom more than a name says to be one (same_identity), or two ID numbers of one person of the
-- index that say the same birth date and sex and that no register connects, both paid the same programme.
-- The finding is about the identity that a register knows, and names the programme that the other
-- identity was paid; at stake is what the other was paid.
-- Who is missing: pairs of which the index is less sure than the limit, where nothing but the index says
-- so; months in which one of the two was paid nothing; numbers that registers connect (another rule
-- looks at those); and numbers that a payer mistyped: where the index knew whom it meant, and where no
-- register knows the number and only one month was paid under it.
-- Which source wins: see same_identity.
WITH paid_months AS (
    SELECT same_identity.other_person_id, count(DISTINCT benefit_month.month) AS months
    FROM same_identity
    INNER JOIN benefit_month ON benefit_month.person_id = same_identity.other_person_id
    GROUP BY same_identity.other_person_id
),
pair AS (
    SELECT same_identity.person_id, same_identity.other_person_id
    FROM same_identity
    CROSS JOIN d06_setting AS setting
    INNER JOIN paid_months ON paid_months.other_person_id = same_identity.other_person_id
    WHERE (
            same_identity.has_common_trait
            OR same_identity.match_weight >= setting.least_match_weight_bits
        )
        AND (same_identity.other_is_registered OR paid_months.months >= setting.months)
),
main_month AS (
    SELECT DISTINCT benefit_month.person_id, benefit_month.month
    FROM benefit_month
    INNER JOIN pair ON pair.person_id = benefit_month.person_id
),
second_paid AS (
    SELECT
        pair.person_id,
        pair.other_person_id,
        benefit_received.programme_code,
        benefit_received.month,
        benefit_received.amount,
        benefit_received.document_type,
        benefit_received.delivery_id,
        benefit_received.line
    FROM pair
    INNER JOIN benefit_received ON benefit_received.person_id = pair.other_person_id
    INNER JOIN main_month
        ON main_month.person_id = pair.person_id AND main_month.month = benefit_received.month
),
connected AS (
    SELECT previous_national_id_token AS national_id_token
    FROM f01_person_identity
    WHERE previous_national_id_token IS NOT NULL
    UNION
    SELECT national_id_token
    FROM f01_person_identity
    WHERE previous_national_id_token IS NOT NULL
    UNION
    SELECT foreign_id_token
    FROM f05_foreigner_nationality
    WHERE new_national_id_token IS NOT NULL
    UNION
    SELECT new_national_id_token
    FROM f05_foreigner_nationality
    WHERE new_national_id_token IS NOT NULL
),
numbered AS (
    SELECT
        recipient_index.person_id,
        payment.signature_id,
        payment.national_id_token,
        payment.programme_code,
        CAST(date_trunc('month', payment.period) AS DATE) AS month,
        payment.amount,
        payment.document_type,
        payment.delivery_id,
        payment.line
    FROM f35_benefit_payment AS payment
    CROSS JOIN night
    INNER JOIN recipient_index ON recipient_index.signature_id = payment.signature_id
    WHERE payment.national_id_token IS NOT NULL
        AND payment.programme_code IS NOT NULL
        AND recipient_index.person_id IS NOT NULL
        AND payment.period <= night.as_of
        AND payment.period >= CAST(night.month - INTERVAL '11' MONTH AS DATE)
),
doubled AS (
    SELECT person_id, programme_code, month
    FROM numbered
    GROUP BY person_id, programme_code, month
    HAVING min(national_id_token) <> max(national_id_token)
),
number_paid AS (
    SELECT
        numbered.person_id,
        numbered.programme_code,
        numbered.month,
        numbered.national_id_token,
        signature.birth_date,
        signature.sex,
        CAST(sum(coalesce(numbered.amount, 0)) AS BIGINT) AS amount
    FROM numbered
    INNER JOIN signature ON signature.signature_id = numbered.signature_id
    INNER JOIN doubled
        ON doubled.person_id = numbered.person_id
        AND doubled.programme_code = numbered.programme_code
        AND doubled.month = numbered.month
    GROUP BY numbered.person_id, numbered.programme_code, numbered.month,
        numbered.national_id_token, signature.birth_date, signature.sex
    HAVING sum(coalesce(numbered.amount, 0)) > 0
),
under_two AS (
    SELECT
        one.person_id,
        one.programme_code,
        one.month,
        least(one.amount, other.amount) AS amount
    FROM number_paid AS one
    INNER JOIN number_paid AS other
        ON other.person_id = one.person_id
        AND other.programme_code = one.programme_code
        AND other.month = one.month
        AND other.national_id_token > one.national_id_token
        AND other.birth_date = one.birth_date
        AND other.sex = one.sex
    LEFT JOIN connected AS one_connected ON one_connected.national_id_token = one.national_id_token
    LEFT JOIN connected AS other_connected
        ON other_connected.national_id_token = other.national_id_token
    WHERE one_connected.national_id_token IS NULL OR other_connected.national_id_token IS NULL
),
at_stake AS (
    SELECT person_id, programme_code, month, amount
    FROM second_paid
    UNION ALL
    SELECT person_id, programme_code, month, amount
    FROM under_two
),
month_found AS (
    SELECT
        person_id,
        programme_code,
        month AS first_month,
        month,
        sum(amount) AS amount,
        'two identities paid in one month; paid ' || CAST(sum(amount) AS VARCHAR)
        || ' under the other' AS statement
    FROM at_stake
    GROUP BY person_id, programme_code, month
),
month_evidence AS (
    SELECT
        person_id,
        programme_code,
        month,
        'payment to the other identity' AS role,
        document_type,
        delivery_id,
        line
    FROM second_paid
    UNION ALL
    SELECT second_paid.person_id, second_paid.programme_code, second_paid.month, 'payment',
        benefit_received.document_type, benefit_received.delivery_id, benefit_received.line
    FROM second_paid
    INNER JOIN benefit_received
        ON benefit_received.person_id = second_paid.person_id
        AND benefit_received.month = second_paid.month
    UNION ALL
    SELECT under_two.person_id, under_two.programme_code, under_two.month, 'payment',
        numbered.document_type, numbered.delivery_id, numbered.line
    FROM under_two
    INNER JOIN numbered
        ON numbered.person_id = under_two.person_id
        AND numbered.programme_code = under_two.programme_code
        AND numbered.month = under_two.month
),
{{person_month_rows}}
