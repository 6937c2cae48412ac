-- One row: one piece of evidence that a programme was paid for a month that began after the person's
-- registered death.
-- Who is missing: deaths known only from facilities, hospitals or crematoria (another rule looks at
-- those), deaths that the register took back (registered_death), and what is paid because somebody
-- died (funeral and condolence payments).
-- Which source wins: the latest date of death that a register of deaths states.
WITH paid AS (
    SELECT
        benefit_received.*,
        death.died_on,
        death.document_type AS death_document_type,
        death.delivery_id AS death_delivery_id,
        death.line AS death_line
    FROM benefit_received
    INNER JOIN registered_death AS death ON death.person_id = benefit_received.person_id
    WHERE death.died_on < benefit_received.month
        AND benefit_received.programme_code
        NOT IN ('P003', 'P275', 'P292', 'emergency_birth_funeral')
),
found AS (
    SELECT
        person_id AS subject_id,
        person_id,
        programme_code,
        CAST(NULL AS VARCHAR) AS other_programme_code,
        month AS period,
        month AS first_period,
        month AS last_period,
        sum(amount) AS amount_at_stake,
        'died ' || CAST(max(died_on) AS VARCHAR) || '; paid ' || CAST(sum(amount) AS VARCHAR)
            AS statement
    FROM paid
    GROUP BY person_id, programme_code, month
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
    SELECT person_id, programme_code, NULL, month, 'death', death_document_type,
        death_delivery_id, death_line
    FROM paid
)
{{rows}}
