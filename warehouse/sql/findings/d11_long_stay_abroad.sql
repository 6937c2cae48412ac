-- One row: one piece of evidence that a programme was paid for a month that began when the person had
-- been abroad for longer than the programme allows.
-- Who is missing: stays of which the return is not known (stay_abroad).
-- Which source wins: any stay that is too long is shown; the earliest day of leaving is named.
WITH paid AS (
    SELECT
        benefit_received.*,
        d11_programme.days,
        d11_programme.total_days,
        d11_programme.window_days
    FROM benefit_received
    INNER JOIN d11_programme ON d11_programme.programme_code = benefit_received.programme_code
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
    INNER JOIN stay_abroad AS stay
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
reason AS (
    SELECT
        person_id,
        programme_code,
        month,
        'exit' AS role,
        document_type,
        delivery_id,
        line,
        'left ' || CAST(left_on AS VARCHAR) AS said
    FROM too_long
),
{{month_paid_rows}}
