-- One row: one piece of evidence that a programme was paid for a month between a death and its report,
-- where the report came later than the law allows (longer for a death abroad).
-- Who is missing: deaths that no register has, deaths that the register took back, and registers that do
-- not say when they were told; and what is paid because somebody died.
-- Which source wins: the day of death as in registered_death; the earliest day on which any register was
-- told, so that a register that heard of it late from another accuses nobody.
WITH report AS (
    SELECT
        death.person_id,
        death.died_on,
        min(event.reported_on) AS reported_on,
        max(CASE WHEN event.event = 'death_abroad' THEN 1 ELSE 0 END) AS is_abroad
    FROM registered_death AS death
    INNER JOIN recipient_index ON recipient_index.person_id = death.person_id
    INNER JOIN f04_vital_event AS event ON event.signature_id = recipient_index.signature_id
    WHERE event.document_type IN ('I01-F04-01', 'I02-F04-02')
        AND event.event IN ('death', 'death_abroad')
    GROUP BY death.person_id, death.died_on
),
late AS (
    SELECT report.*
    FROM report
    CROSS JOIN d03_setting AS setting
    WHERE date_diff('day', report.died_on, report.reported_on)
        > CASE WHEN report.is_abroad = 1 THEN setting.days_abroad ELSE setting.days END
),
paid AS (
    SELECT benefit_received.*, late.died_on, late.reported_on
    FROM benefit_received
    INNER JOIN late ON late.person_id = benefit_received.person_id
    WHERE benefit_received.month > late.died_on
        AND benefit_received.month <= late.reported_on
        AND benefit_received.programme_code
        NOT IN ('P003', 'P275', 'P292', 'emergency_birth_funeral')
),
reason AS (
    SELECT
        paid.person_id,
        paid.programme_code,
        paid.month,
        'death' AS role,
        death.document_type,
        death.delivery_id,
        death.line,
        'died ' || CAST(paid.died_on AS VARCHAR)
        || '; reported ' || CAST(paid.reported_on AS VARCHAR) AS said
    FROM paid
    INNER JOIN registered_death AS death ON death.person_id = paid.person_id
),
{{month_paid_rows}}
