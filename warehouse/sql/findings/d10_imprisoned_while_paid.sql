-- One row: one piece of evidence that a suspendable programme was paid for a month that began while the
-- person was in custody.
-- Who is missing: the month of admission, which is due; programmes that go on in custody.
-- Which source wins: any custody record; the earliest admission is shown.
WITH custody AS (
    SELECT
        person_index.person_id,
        f07_custody.admitted_on,
        f07_custody.released_on,
        f07_custody.document_type,
        f07_custody.delivery_id,
        f07_custody.line
    FROM f07_custody
    INNER JOIN person_index ON person_index.signature_id = f07_custody.signature_id
    WHERE f07_custody.admitted_on IS NOT NULL
),
paid AS (
    SELECT
        benefit_received.person_id,
        benefit_received.programme_code,
        benefit_received.month,
        benefit_received.amount,
        benefit_received.document_type,
        benefit_received.delivery_id,
        benefit_received.line
    FROM benefit_received
    INNER JOIN d10_programme ON d10_programme.programme_code = benefit_received.programme_code
),
shown AS (
    SELECT
        paid.person_id,
        paid.programme_code,
        paid.month,
        custody.admitted_on,
        custody.document_type,
        custody.delivery_id,
        custody.line,
        row_number() OVER (
            PARTITION BY paid.person_id, paid.programme_code, paid.month
            ORDER BY custody.admitted_on, custody.delivery_id, custody.line
        ) AS place
    FROM paid
    INNER JOIN custody
        ON custody.person_id = paid.person_id
        AND custody.admitted_on < paid.month
        AND (custody.released_on IS NULL OR custody.released_on >= paid.month)
),
found AS (
    SELECT
        paid.person_id AS subject_id,
        paid.person_id,
        paid.programme_code,
        CAST(NULL AS VARCHAR) AS other_programme_code,
        paid.month AS period,
        paid.month AS first_period,
        paid.month AS last_period,
        sum(paid.amount) AS amount_at_stake,
        'admitted ' || CAST(max(shown.admitted_on) AS VARCHAR)
        || '; paid ' || CAST(sum(paid.amount) AS VARCHAR) AS statement
    FROM paid
    INNER JOIN shown
        ON shown.person_id = paid.person_id
        AND shown.programme_code = paid.programme_code
        AND shown.month = paid.month
        AND shown.place = 1
    GROUP BY paid.person_id, paid.programme_code, paid.month
),
evidence AS (
    SELECT
        person_id AS subject_id,
        programme_code,
        CAST(NULL AS VARCHAR) AS other_programme_code,
        month AS period,
        'payment' AS role,
        document_type,
        delivery_id,
        line
    FROM paid
    UNION ALL
    SELECT person_id, programme_code, NULL, month, 'custody', document_type, delivery_id, line
    FROM shown
    WHERE place = 1
)
{{rows}}
