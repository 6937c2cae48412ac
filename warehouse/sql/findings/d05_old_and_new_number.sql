-- One row: one piece of evidence that a person was paid the same programme for the same month under two
-- ID numbers, of which a register names one as the earlier number of the other.
-- Who is missing: the month of the change and those before it, which may be split between the numbers;
-- payments under the old number that were reversed; two numbers that the index does not hold for one
-- person's; and two programmes, one under each number: a payer that still knows the old number pays once.
-- Which source wins: any register that names both numbers; the latest day of change, in favour of the
-- person. At stake is the smaller of the two payments.
WITH change AS (
    SELECT
        previous_national_id_token AS old_number,
        national_id_token AS new_number,
        changed_on,
        document_type,
        delivery_id,
        line
    FROM f01_person_identity
    WHERE previous_national_id_token IS NOT NULL
        AND national_id_token IS NOT NULL
        AND previous_national_id_token <> national_id_token
    UNION ALL
    SELECT foreign_id_token, new_national_id_token, naturalised_on, document_type, delivery_id, line
    FROM f05_foreigner_nationality
    WHERE foreign_id_token IS NOT NULL
        AND new_national_id_token IS NOT NULL
        AND foreign_id_token <> new_national_id_token
),
renumbered AS (
    SELECT old_number, new_number, max(changed_on) AS changed_on
    FROM change
    GROUP BY old_number, new_number
),
number_changed AS (
    SELECT old_number AS national_id_token
    FROM renumbered
    UNION
    SELECT new_number
    FROM renumbered
),
payment AS (
    SELECT
        recipient_index.person_id,
        payment.national_id_token,
        payment.programme_code,
        CAST(date_trunc('month', payment.period) AS DATE) AS month,
        payment.amount,
        coalesce(payment.in_kind, FALSE) AS in_kind,
        payment.document_type,
        payment.delivery_id,
        payment.line
    FROM f35_benefit_payment AS payment
    CROSS JOIN night
    INNER JOIN number_changed ON number_changed.national_id_token = payment.national_id_token
    INNER JOIN recipient_index ON recipient_index.signature_id = payment.signature_id
    WHERE payment.programme_code IS NOT NULL
        AND recipient_index.person_id IS NOT NULL
        AND payment.period <= night.as_of
        AND payment.period >= CAST(night.month - INTERVAL '11' MONTH AS DATE)
),
paid AS (
    SELECT
        person_id,
        national_id_token,
        programme_code,
        month,
        CAST(sum(coalesce(amount, 0)) AS BIGINT) AS amount
    FROM payment
    GROUP BY person_id, national_id_token, programme_code, month
    HAVING sum(coalesce(amount, 0)) > 0 OR max(CASE WHEN in_kind THEN 1 ELSE 0 END) = 1
),
twice AS (
    SELECT
        old_paid.person_id,
        old_paid.programme_code,
        old_paid.month,
        renumbered.old_number,
        renumbered.new_number,
        renumbered.changed_on,
        old_paid.amount AS old_amount,
        new_paid.amount AS new_amount
    FROM renumbered
    INNER JOIN paid AS old_paid ON old_paid.national_id_token = renumbered.old_number
    INNER JOIN paid AS new_paid
        ON new_paid.national_id_token = renumbered.new_number
        AND new_paid.person_id = old_paid.person_id
        AND new_paid.programme_code = old_paid.programme_code
        AND new_paid.month = old_paid.month
    WHERE renumbered.changed_on IS NULL
        OR old_paid.month > renumbered.changed_on
),
month_found AS (
    SELECT
        person_id,
        programme_code,
        month AS first_month,
        month,
        sum(least(old_amount, new_amount)) AS amount,
        'number changed ' || coalesce(CAST(max(changed_on) AS VARCHAR), 'before')
        || '; paid ' || CAST(sum(old_amount) AS VARCHAR) || ' under the old and '
        || CAST(max(new_amount) AS VARCHAR) || ' under the new number' AS statement
    FROM twice
    GROUP BY person_id, programme_code, month
),
month_evidence AS (
    SELECT
        twice.person_id,
        twice.programme_code,
        twice.month,
        CASE
            WHEN payment.national_id_token = twice.old_number THEN 'payment under the old number'
            ELSE 'payment'
        END AS role,
        payment.document_type,
        payment.delivery_id,
        payment.line
    FROM twice
    INNER JOIN payment
        ON payment.person_id = twice.person_id
        AND payment.programme_code = twice.programme_code
        AND payment.month = twice.month
        AND payment.national_id_token IN (twice.old_number, twice.new_number)
    UNION ALL
    SELECT twice.person_id, twice.programme_code, twice.month, 'number change',
        change.document_type, change.delivery_id, change.line
    FROM twice
    INNER JOIN change
        ON change.old_number = twice.old_number AND change.new_number = twice.new_number
),
{{person_month_rows}}
