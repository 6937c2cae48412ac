-- One row: one piece of evidence that a programme was paid for a month that began when the person had
-- been abroad for longer than the programme allows.
-- Who is missing: stays that cannot be told from the crossings (an exit after an exit), and returns on
-- a foreign passport, which are invisible unless the estimate I04-F06-03 names the person.
-- Which source wins: crossings of all border feeds; the list of long stays (I04-F06-04) repeats exits
-- and is left out.
WITH crossing AS (
    SELECT DISTINCT
        person_index.person_id,
        f06_border_movement.moved_on,
        f06_border_movement.direction,
        first_value(f06_border_movement.document_type) OVER same_crossing AS document_type,
        first_value(f06_border_movement.delivery_id) OVER same_crossing AS delivery_id,
        first_value(f06_border_movement.line) OVER same_crossing AS line
    FROM f06_border_movement
    CROSS JOIN night
    INNER JOIN person_index ON person_index.signature_id = f06_border_movement.signature_id
    WHERE f06_border_movement.document_type <> 'I04-F06-04'
        AND f06_border_movement.direction IN ('out', 'in')
        AND f06_border_movement.moved_on <= night.as_of
    WINDOW same_crossing AS (
        PARTITION BY
            person_index.person_id, f06_border_movement.moved_on, f06_border_movement.direction
        ORDER BY f06_border_movement.delivery_id, f06_border_movement.line
    )
),
ordered AS (
    SELECT
        *,
        lead(direction) OVER next_crossing AS next_direction,
        lead(moved_on) OVER next_crossing AS next_moved_on
    FROM crossing
    WINDOW next_crossing AS (PARTITION BY person_id ORDER BY moved_on, direction)
),
stay AS (
    SELECT
        person_id,
        moved_on AS left_on,
        next_moved_on AS returned_on,
        document_type,
        delivery_id,
        line
    FROM ordered
    WHERE direction = 'out' AND (next_direction = 'in' OR next_direction IS NULL)
),
paid AS (
    SELECT
        benefit_received.person_id,
        benefit_received.programme_code,
        benefit_received.month,
        benefit_received.amount,
        benefit_received.document_type,
        benefit_received.delivery_id,
        benefit_received.line,
        rule_programme.days,
        rule_programme.total_days,
        rule_programme.window_days
    FROM benefit_received
    INNER JOIN rule_programme
        ON rule_programme.rule_id = 'D11'
        AND rule_programme.programme_code = benefit_received.programme_code
),
paid_month AS (
    SELECT DISTINCT person_id, programme_code, month, days, total_days, window_days
    FROM paid
),
abroad AS (
    SELECT
        paid_month.person_id,
        paid_month.programme_code,
        paid_month.month,
        paid_month.days,
        paid_month.total_days,
        stay.left_on,
        stay.document_type,
        stay.delivery_id,
        stay.line,
        date_diff('day', stay.left_on, paid_month.month) AS days_by_month,
        stay.returned_on IS NULL OR stay.returned_on >= paid_month.month AS is_still_abroad,
        date_diff(
            'day',
            greatest(
                stay.left_on,
                CAST(
                    paid_month.month
                    - coalesce(paid_month.window_days, 0) * INTERVAL '1' DAY AS DATE
                )
            ),
            least(coalesce(stay.returned_on, paid_month.month), paid_month.month)
        ) AS days_in_window
    FROM paid_month
    INNER JOIN stay
        ON stay.person_id = paid_month.person_id AND stay.left_on < paid_month.month
),
measured AS (
    SELECT
        *,
        sum(greatest(days_in_window, 0)) OVER (
            PARTITION BY person_id, programme_code, month
        ) AS total_in_window
    FROM abroad
),
too_long AS (
    SELECT *
    FROM measured
    WHERE (days IS NOT NULL AND is_still_abroad AND days_by_month >= days)
        OR (total_days IS NOT NULL AND days_in_window > 0 AND total_in_window > total_days)
),
found AS (
    SELECT
        paid.person_id,
        paid.programme_code,
        paid.month,
        CAST(sum(paid.amount) AS BIGINT) AS amount_at_stake,
        'left ' || CAST(max(reason.left_on) AS VARCHAR)
        || ' paid ' || CAST(sum(paid.amount) AS VARCHAR) AS evidence_key
    FROM paid
    INNER JOIN (
        SELECT person_id, programme_code, month, min(left_on) AS left_on
        FROM too_long
        GROUP BY person_id, programme_code, month
    ) AS reason
        ON reason.person_id = paid.person_id
        AND reason.programme_code = paid.programme_code
        AND reason.month = paid.month
    GROUP BY paid.person_id, paid.programme_code, paid.month
)
SELECT
    'D11' AS rule_id,
    found.person_id,
    found.programme_code,
    CAST(NULL AS VARCHAR) AS other_programme_code,
    found.month AS period,
    found.month AS first_period,
    found.month AS last_period,
    found.amount_at_stake,
    found.evidence_key,
    evidence.role,
    evidence.document_type,
    evidence.delivery_id,
    evidence.line
FROM found
INNER JOIN (
    SELECT person_id, programme_code, month, 'payment' AS role, document_type, delivery_id, line
    FROM paid
    UNION ALL
    SELECT person_id, programme_code, month, 'exit', document_type, delivery_id, line
    FROM too_long
) AS evidence
    ON evidence.person_id = found.person_id
    AND evidence.programme_code = found.programme_code
    AND evidence.month = found.month
ORDER BY found.person_id, found.programme_code, found.month, evidence.role, evidence.delivery_id,
    evidence.line
