-- One row: a person whom a register of deaths calls dead, with the record that says so.
-- Who is missing: deaths known only from facilities, hospitals or crematoria, and deaths that the
-- register took back afterwards.
-- Which source wins: the latest date of death that a register states; a correction may move the date of
-- a registered death and declares nobody dead.
WITH registered AS (
    SELECT
        person_index.person_id,
        death.occurred_on,
        death.reported_on,
        death.document_type,
        death.delivery_id,
        death.line,
        row_number() OVER (
            PARTITION BY person_index.person_id
            ORDER BY death.occurred_on DESC, death.document_type, death.delivery_id, death.line
        ) AS place,
        max(CASE WHEN death.document_type = 'I01-F04-03' THEN 0 ELSE 1 END) OVER (
            PARTITION BY person_index.person_id
        ) AS is_registered
    FROM f04_vital_event AS death
    CROSS JOIN night
    INNER JOIN person_index ON person_index.signature_id = death.signature_id
    WHERE (
        death.document_type IN ('I01-F04-01', 'I02-F04-02')
        AND death.event IN ('death', 'death_abroad')
        OR death.document_type = 'I01-F04-03' AND death.event = 'death_date_corrected'
    )
        AND death.occurred_on <= night.as_of
),
cancelled AS (
    SELECT
        person_index.person_id,
        max(coalesce(event.reported_on, event.occurred_on)) AS cancelled_on
    FROM f04_vital_event AS event
    INNER JOIN person_index ON person_index.signature_id = event.signature_id
    WHERE event.document_type = 'I01-F04-03' AND event.event = 'death_cancelled'
    GROUP BY person_index.person_id
)
SELECT
    registered.person_id,
    registered.occurred_on AS died_on,
    registered.reported_on,
    registered.document_type,
    registered.delivery_id,
    registered.line
FROM registered
LEFT JOIN cancelled ON cancelled.person_id = registered.person_id
WHERE registered.place = 1
    AND registered.is_registered = 1
    AND (cancelled.cancelled_on IS NULL OR cancelled.cancelled_on < registered.occurred_on)
ORDER BY registered.person_id
