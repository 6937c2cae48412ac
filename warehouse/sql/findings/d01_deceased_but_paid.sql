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
reason AS (
    SELECT
        person_id,
        programme_code,
        month,
        'death' AS role,
        death_document_type AS document_type,
        death_delivery_id AS delivery_id,
        death_line AS line,
        'died ' || CAST(died_on AS VARCHAR) AS said
    FROM paid
),
{{month_paid_rows}}
