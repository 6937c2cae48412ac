-- One row: one piece of evidence that benefits of several unrelated people are paid into one account in a
-- month. subject_id is a digest of bank and account.
-- People are counted by family: couples, relatives (also of a spouse), members of one household and the
-- account's holder with their own are one; so are people with one birth date, who may be one person
-- twice in the index.
-- Who is missing: residents of facilities and of institutional addresses, whose facility keeps their
-- money; accounts protected from seizure, which by law take one person's benefits only; vouchers and
-- cards; and account numbers that are fillers.
-- Which source wins: payments after reversals; who holds the account is read from any bank's list.
WITH paid_account AS (
    SELECT
        recipient_index.person_id,
        concat(
            replace(replace(paid.bank_no, '-', ''), ' ', ''),
            '|',
            replace(replace(paid.account_no, '-', ''), ' ', '')
        ) AS account_key,
        CAST(date_trunc('month', paid.period) AS DATE) AS month,
        coalesce(paid.amount, 0) AS amount,
        paid.document_type,
        paid.delivery_id,
        paid.line
    FROM f35_benefit_payment AS paid
    CROSS JOIN night
    INNER JOIN recipient_index ON recipient_index.signature_id = paid.signature_id
    WHERE paid.bank_no IS NOT NULL
        AND paid.account_no IS NOT NULL
        AND NOT coalesce(paid.in_kind, FALSE)
        AND paid.period <= night.as_of
        AND paid.period >= CAST(night.month - INTERVAL '11' MONTH AS DATE)
        -- All digits the same: a number written where none is known.
        AND replace(
            replace(replace(paid.account_no, '-', ''), ' ', ''), substr(paid.account_no, 1, 1), ''
        ) <> ''
),
busy_account AS (
    SELECT account_key, substr(md5(account_key), 1, 20) AS account_id
    FROM paid_account
    CROSS JOIN d24_setting AS setting
    GROUP BY account_key
    HAVING count(DISTINCT person_id) >= max(setting.recipients)
),
payment AS (
    SELECT
        paid_account.person_id,
        busy_account.account_id,
        paid_account.month,
        paid_account.amount,
        paid_account.document_type,
        paid_account.delivery_id,
        paid_account.line
    FROM paid_account
    INNER JOIN busy_account ON busy_account.account_key = paid_account.account_key
),
holder AS (
    SELECT
        busy_account.account_id,
        person_index.person_id,
        max(
            CASE
                WHEN held.product_kind IN ('happiness_keeper', 'house_pension_keeper', 'pension_safe')
                    THEN 1
                ELSE 0
            END
        ) AS is_protected
    FROM f26_deposit_account AS held
    INNER JOIN busy_account
        ON busy_account.account_key = concat(
            replace(replace(held.institution_no, '-', ''), ' ', ''),
            '|',
            replace(replace(held.account_no, '-', ''), ' ', '')
        )
    INNER JOIN person_index ON person_index.signature_id = held.signature_id
    GROUP BY busy_account.account_id, person_index.person_id
),
recipient AS (
    SELECT payment.account_id, payment.month, payment.person_id, sum(payment.amount) AS amount
    FROM payment
    LEFT JOIN (
        SELECT account_id, max(is_protected) AS is_protected
        FROM holder
        GROUP BY account_id
    ) AS protected
        ON protected.account_id = payment.account_id
    WHERE coalesce(protected.is_protected, 0) = 0
    GROUP BY payment.account_id, payment.month, payment.person_id
    HAVING sum(payment.amount) > 0
),
resident AS (
    SELECT recipient_index.person_id, stay.admitted_on, stay.left_on
    FROM f36_facility_residence_or_use AS stay
    INNER JOIN recipient_index ON recipient_index.signature_id = stay.signature_id
    INNER JOIN residential_facility ON residential_facility.facility_kind = stay.facility_kind
    UNION ALL
    SELECT place.person_id, place.valid_from, CAST(NULL AS DATE)
    FROM unit_membership AS place
    INNER JOIN dwelling ON dwelling.dwelling_id = place.unit_id AND dwelling.is_institution
    WHERE place.unit_family = 'dwelling' AND place.recorded_to IS NULL AND place.valid_to IS NULL
),
free_recipient AS (
    SELECT recipient.*
    FROM recipient
    LEFT JOIN (
        SELECT DISTINCT recipient.account_id, recipient.month, recipient.person_id
        FROM recipient
        INNER JOIN resident
            ON resident.person_id = recipient.person_id
            AND (resident.admitted_on IS NULL OR resident.admitted_on <= last_day(recipient.month))
            AND (resident.left_on IS NULL OR resident.left_on >= recipient.month)
    ) AS looked_after
        ON looked_after.account_id = recipient.account_id
        AND looked_after.month = recipient.month
        AND looked_after.person_id = recipient.person_id
    WHERE looked_after.person_id IS NULL
),
-- Everybody who may tie recipients of an account to one another: themselves, and its holder.
around AS (
    SELECT DISTINCT account_id, person_id
    FROM free_recipient
    UNION
    SELECT account_id, person_id
    FROM holder
),
relative AS (
    SELECT DISTINCT around.account_id, around.person_id, family_graph.relative_id
    FROM around
    INNER JOIN family_graph ON family_graph.person_id = around.person_id
    UNION
    SELECT around.account_id, around.person_id, other.person_id
    FROM around
    INNER JOIN household_member AS own ON own.person_id = around.person_id
    INNER JOIN household_member AS other
        ON other.household_id = own.household_id AND other.person_id <> own.person_id
    UNION
    SELECT account_id, person_id, person_id
    FROM around
),
same_birth AS (
    SELECT one.account_id, one.person_id, other.person_id AS relative_id
    FROM around AS one
    INNER JOIN around AS other ON other.account_id = one.account_id
    INNER JOIN person AS own ON own.person_id = one.person_id
    INNER JOIN person AS theirs
        ON theirs.person_id = other.person_id AND theirs.birth_date = own.birth_date
),
-- Tied: the two are relatives, or have a relative in common (in-laws, cousins).
tie AS (
    SELECT DISTINCT one.account_id, one.person_id, other.person_id AS relative_id
    FROM relative AS one
    INNER JOIN relative AS other
        ON other.account_id = one.account_id AND other.relative_id = one.relative_id
    UNION
    SELECT account_id, person_id, relative_id
    FROM same_birth
),
first_label AS (
    SELECT account_id, person_id, min(relative_id) AS label
    FROM tie
    GROUP BY account_id, person_id
),
second_label AS (
    SELECT tie.account_id, tie.person_id, min(first_label.label) AS label
    FROM tie
    INNER JOIN first_label
        ON first_label.account_id = tie.account_id AND first_label.person_id = tie.relative_id
    GROUP BY tie.account_id, tie.person_id
),
family_label AS (
    SELECT tie.account_id, tie.person_id, min(second_label.label) AS label
    FROM tie
    INNER JOIN second_label
        ON second_label.account_id = tie.account_id AND second_label.person_id = tie.relative_id
    GROUP BY tie.account_id, tie.person_id
),
shared AS (
    SELECT
        recipient.account_id,
        recipient.month,
        count(DISTINCT recipient.person_id) AS people,
        count(DISTINCT family_label.label) AS families,
        sum(recipient.amount) AS amount
    FROM free_recipient AS recipient
    CROSS JOIN d24_setting AS setting
    INNER JOIN family_label
        ON family_label.account_id = recipient.account_id
        AND family_label.person_id = recipient.person_id
    GROUP BY recipient.account_id, recipient.month
    HAVING count(DISTINCT family_label.label) >= max(setting.recipients)
),
found AS (
    SELECT
        account_id AS subject_id,
        CAST(NULL AS VARCHAR) AS person_id,
        CAST(NULL AS VARCHAR) AS programme_code,
        CAST(NULL AS VARCHAR) AS other_programme_code,
        month AS period,
        month AS first_period,
        month AS last_period,
        amount AS amount_at_stake,
        'account of ' || CAST(people AS VARCHAR) || ' recipients of ' || CAST(families AS VARCHAR)
        || ' families; paid ' || CAST(amount AS VARCHAR) AS statement
    FROM shared
),
evidence AS (
    SELECT
        shared.account_id AS subject_id,
        CAST(NULL AS VARCHAR) AS programme_code,
        CAST(NULL AS VARCHAR) AS other_programme_code,
        shared.month AS period,
        'payment' AS role,
        payment.document_type,
        payment.delivery_id,
        payment.line
    FROM shared
    INNER JOIN free_recipient AS recipient
        ON recipient.account_id = shared.account_id AND recipient.month = shared.month
    INNER JOIN payment
        ON payment.account_id = recipient.account_id
        AND payment.month = recipient.month
        AND payment.person_id = recipient.person_id
)
{{finding_rows}}
