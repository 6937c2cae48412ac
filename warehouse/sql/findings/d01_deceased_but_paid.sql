-- One row: one piece of evidence that a programme was paid for a month that began after the person's
-- registered death.
-- Who is missing: deaths known only from facilities, hospitals or crematoria (another rule looks at
-- those), and deaths that the register took back.
-- Which source wins: the latest date of death that a register of deaths states.
WITH registered AS (
    SELECT
        person_index.person_id,
        death.occurred_on,
        death.document_type,
        death.delivery_id,
        death.line,
        row_number() OVER (
            PARTITION BY person_index.person_id
            ORDER BY death.occurred_on DESC, death.document_type, death.delivery_id, death.line
        ) AS place
    FROM f04_vital_event AS death
    INNER JOIN person_index ON person_index.signature_id = death.signature_id
    WHERE death.document_type IN ('I01-F04-01', 'I02-F04-02')
        AND death.event IN ('death', 'death_abroad')
        AND death.occurred_on IS NOT NULL
),
cancelled AS (
    SELECT
        person_index.person_id,
        max(coalesce(event.reported_on, event.occurred_on)) AS cancelled_on
    FROM f04_vital_event AS event
    INNER JOIN person_index ON person_index.signature_id = event.signature_id
    WHERE event.document_type = 'I01-F04-03' AND event.event = 'death_cancelled'
    GROUP BY person_index.person_id
),
paid AS (
    SELECT
        benefit_received.*,
        registered.occurred_on AS died_on,
        registered.document_type AS death_document_type,
        registered.delivery_id AS death_delivery_id,
        registered.line AS death_line
    FROM benefit_received
    INNER JOIN registered
        ON registered.person_id = benefit_received.person_id AND registered.place = 1
    LEFT JOIN cancelled ON cancelled.person_id = benefit_received.person_id
    WHERE registered.occurred_on < benefit_received.month
        AND (cancelled.cancelled_on IS NULL OR cancelled.cancelled_on < registered.occurred_on)
),
found AS (
    SELECT
        person_id,
        programme_code,
        month,
        CAST(sum(amount) AS BIGINT) AS amount_at_stake,
        'died ' || CAST(max(died_on) AS VARCHAR) || ' paid ' || CAST(sum(amount) AS VARCHAR)
            AS evidence_key
    FROM paid
    GROUP BY person_id, programme_code, month
)
SELECT
    'D01' AS rule_id,
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
    SELECT person_id, programme_code, month, 'death', death_document_type, death_delivery_id,
        death_line
    FROM paid
) AS evidence
    ON evidence.person_id = found.person_id
    AND evidence.programme_code = found.programme_code
    AND evidence.month = found.month
ORDER BY found.person_id, found.programme_code, found.month, evidence.role, evidence.delivery_id,
    evidence.line
