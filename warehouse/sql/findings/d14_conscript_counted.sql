-- One row: one piece of evidence that a basic livelihood benefit counts somebody who served as a soldier
-- in barracks through the whole month: an entitlement names the conscript, and the unit was paid.
-- Who is missing: career soldiers and those who serve from home (reservists at home, social service,
-- industrial service), who stay in the unit; conscripts of whom no entitlement speaks.
-- Which source wins: of a person's entitlements to a programme the newest. At stake is what was paid in
-- the conscript's own name; of a unit's payment the part that was too much is not known.
WITH service AS (
    SELECT
        recipient_index.person_id,
        f08_military_service.enlisted_on,
        f08_military_service.discharged_on,
        f08_military_service.document_type,
        f08_military_service.delivery_id,
        f08_military_service.line,
        row_number() OVER (
            PARTITION BY recipient_index.person_id
            ORDER BY f08_military_service.enlisted_on DESC, f08_military_service.made_at DESC,
                f08_military_service.delivery_id DESC, f08_military_service.line DESC
        ) AS place
    FROM f08_military_service
    INNER JOIN recipient_index ON recipient_index.signature_id = f08_military_service.signature_id
    WHERE f08_military_service.document_type IN ('I15-F08-02', 'I15-F08-05')
        AND f08_military_service.enlisted_on IS NOT NULL
        AND coalesce(f08_military_service.service_type, '')
        NOT IN ('home_based_reservist', 'alternative_reserve')
        AND recipient_index.person_id IS NOT NULL
        AND coalesce(f08_military_service.status, 'serving')
        IN ('serving', 'discharged', 'early_discharged')
),
conscript AS (
    SELECT service.*
    FROM service
    INNER JOIN feed ON feed.document_type = service.document_type AND feed.state = 'current'
    WHERE service.place = 1
),
entitlement AS (
    SELECT
        conscript.person_id,
        f34_benefit_entitlement.programme_code,
        f34_benefit_entitlement.entitled_from,
        f34_benefit_entitlement.entitled_to,
        f34_benefit_entitlement.status,
        f34_benefit_entitlement.document_type,
        f34_benefit_entitlement.delivery_id,
        f34_benefit_entitlement.line,
        row_number() OVER (
            PARTITION BY conscript.person_id, f34_benefit_entitlement.programme_code
            ORDER BY f34_benefit_entitlement.entitled_from DESC NULLS LAST,
                f34_benefit_entitlement.made_at DESC,
                f34_benefit_entitlement.delivery_id DESC, f34_benefit_entitlement.line DESC
        ) AS place
    FROM f34_benefit_entitlement
    INNER JOIN d14_programme
        ON d14_programme.programme_code = f34_benefit_entitlement.programme_code
    INNER JOIN recipient_index ON recipient_index.signature_id = f34_benefit_entitlement.signature_id
    INNER JOIN conscript ON conscript.person_id = recipient_index.person_id
),
counted AS (
    SELECT *
    FROM entitlement
    WHERE place = 1 AND status IN ('granted', 'changed', 'extended')
),
mate AS (
    SELECT DISTINCT counted.person_id, counted.programme_code, member.person_id AS mate_id
    FROM counted
    INNER JOIN assistance_unit_member AS own ON own.person_id = counted.person_id
    INNER JOIN assistance_unit_member AS member ON member.household_id = own.household_id
    WHERE member.person_id <> counted.person_id
),
unit_payment AS (
    SELECT
        mate.person_id,
        mate.programme_code,
        benefit_received.month,
        CAST(NULL AS BIGINT) AS amount,
        'payment' AS role,
        benefit_received.document_type,
        benefit_received.delivery_id,
        benefit_received.line
    FROM mate
    INNER JOIN benefit_received
        ON benefit_received.person_id = mate.mate_id
        AND benefit_received.programme_code = mate.programme_code
    UNION ALL
    SELECT
        counted.person_id,
        counted.programme_code,
        benefit_received.month,
        benefit_received.amount,
        'payment',
        benefit_received.document_type,
        benefit_received.delivery_id,
        benefit_received.line
    FROM counted
    INNER JOIN benefit_received
        ON benefit_received.person_id = counted.person_id
        AND benefit_received.programme_code = counted.programme_code
),
held AS (
    SELECT
        unit_payment.*,
        conscript.enlisted_on,
        conscript.document_type AS service_document_type,
        conscript.delivery_id AS service_delivery_id,
        conscript.line AS service_line,
        counted.document_type AS entitlement_document_type,
        counted.delivery_id AS entitlement_delivery_id,
        counted.line AS entitlement_line
    FROM unit_payment
    INNER JOIN conscript
        ON conscript.person_id = unit_payment.person_id
        AND conscript.enlisted_on < unit_payment.month
        AND (
            conscript.discharged_on IS NULL
            OR conscript.discharged_on >= CAST(unit_payment.month + INTERVAL '1' MONTH AS DATE)
        )
    INNER JOIN counted
        ON counted.person_id = unit_payment.person_id
        AND counted.programme_code = unit_payment.programme_code
        AND (counted.entitled_from IS NULL OR counted.entitled_from <= unit_payment.month)
        AND (counted.entitled_to IS NULL OR counted.entitled_to >= unit_payment.month)
),
asked AS (
    SELECT
        person_id,
        programme_code,
        month AS first_month,
        month,
        'serving since ' || CAST(max(enlisted_on) AS VARCHAR)
        || '; named in the entitlement of a unit that was paid' AS statement
    FROM held
    GROUP BY person_id, programme_code, month
),
reason AS (
    SELECT
        person_id,
        programme_code,
        month,
        'service' AS role,
        service_document_type AS document_type,
        service_delivery_id AS delivery_id,
        service_line AS line
    FROM held
    UNION ALL
    SELECT person_id, programme_code, month, 'entitlement', entitlement_document_type,
        entitlement_delivery_id, entitlement_line
    FROM held
),
{{month_held_rows}}
