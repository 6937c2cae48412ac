-- One row is a living person and a reason for which welfare law may leave them out of a unit on the
-- night's date, with the row that says so. Missing: people who are not away, home-based reservists
-- and social service personnel (they live at home), and visitors of facilities.
-- Which source wins: none; a person away for several reasons has several rows, `place` orders them.
WITH crossing AS (
    SELECT person_index.person_id, f06_border_movement.direction, f06_border_movement.moved_on,
        f06_border_movement.document_type, f06_border_movement.delivery_id, f06_border_movement.line
    FROM f06_border_movement
    CROSS JOIN night
    INNER JOIN person_index ON person_index.signature_id = f06_border_movement.signature_id
    WHERE f06_border_movement.moved_on <= night.as_of
    UNION ALL
    SELECT person_index.person_id, 'out', declared.moved_out_on,
        declared.document_type, declared.delivery_id, declared.line
    FROM f02_resident_household_address AS declared
    CROSS JOIN night
    INNER JOIN person_index ON person_index.signature_id = declared.signature_id
    WHERE declared.document_type = 'I01-F02-08' AND declared.registration_status = 'overseas_stay'
        AND declared.moved_out_on <= night.as_of
),
-- Two departures in a row are one stay abroad that two senders tell.
journey AS (
    SELECT
        person_id, direction, moved_on, document_type, delivery_id, line,
        lead(moved_on) OVER (
            PARTITION BY person_id ORDER BY moved_on, direction DESC, delivery_id, line
        ) AS next_on
    FROM crossing
),
limits AS (
    SELECT
        max(CASE WHEN rule = 'abroad_days' THEN value END) AS abroad_days,
        max(CASE WHEN rule = 'abroad_window_days' THEN value END) AS window_days
    FROM unit_rule
    WHERE unit_family = 'absence'
),
abroad AS (
    SELECT
        journey.person_id,
        sum(
            date_diff(
                'day',
                greatest(journey.moved_on, CAST(night.as_of - limits.window_days * INTERVAL '1' DAY AS DATE)),
                least(coalesce(journey.next_on, night.as_of), night.as_of)
            )
        ) AS days,
        max(limits.abroad_days) AS abroad_days
    FROM journey
    CROSS JOIN night
    CROSS JOIN limits
    WHERE journey.direction = 'out'
        AND coalesce(journey.next_on, night.as_of)
        > CAST(night.as_of - limits.window_days * INTERVAL '1' DAY AS DATE)
    GROUP BY journey.person_id
),
abroad_source AS (
    SELECT
        journey.*,
        row_number() OVER (
            PARTITION BY journey.person_id
            ORDER BY journey.moved_on DESC, journey.document_type, journey.delivery_id, journey.line
        ) AS place
    FROM journey
    WHERE journey.direction = 'out'
),
missing_event AS (
    SELECT
        person_index.person_id, event.event, event.occurred_on,
        event.document_type, event.delivery_id, event.line,
        row_number() OVER (
            PARTITION BY person_index.person_id
            ORDER BY coalesce(event.reported_on, event.occurred_on) DESC, event.delivery_id DESC,
                event.line DESC
        ) AS place
    FROM f04_vital_event AS event
    CROSS JOIN night
    INNER JOIN person_index ON person_index.signature_id = event.signature_id
    WHERE event.event IN (
            'adjudged_missing', 'adjudged_absent', 'declaration_revoked', 'child_missing',
            'dementia_missing', 'disability_missing', 'adult_runaway', 'found'
        )
        AND coalesce(event.reported_on, event.occurred_on) <= night.as_of
),
told AS (
    SELECT
        person_index.person_id, 'in_custody' AS reason, CAST(NULL AS VARCHAR) AS detail, 1 AS weight,
        f07_custody.admitted_on AS valid_from,
        f07_custody.document_type, f07_custody.delivery_id, f07_custody.line
    FROM f07_custody
    CROSS JOIN night
    INNER JOIN person_index ON person_index.signature_id = f07_custody.signature_id
    WHERE f07_custody.admitted_on <= night.as_of
        AND (f07_custody.released_on IS NULL OR f07_custody.released_on > night.as_of)
    UNION ALL
    SELECT
        person_index.person_id, 'conscript', service.service_type, 2, service.enlisted_on,
        service.document_type, service.delivery_id, service.line
    FROM f08_military_service AS service
    CROSS JOIN night
    INNER JOIN person_index ON person_index.signature_id = service.signature_id
    WHERE service.document_type IN ('I15-F08-02', 'I15-F08-05')
        AND service.status = 'serving'
        AND coalesce(service.service_type, '') NOT IN ('home_based_reservist', 'alternative_reserve')
        AND service.enlisted_on <= night.as_of
        AND (service.discharged_on IS NULL OR service.discharged_on > night.as_of)
    UNION ALL
    SELECT
        person_index.person_id, 'facility_resident', stay.facility_kind, 3, stay.admitted_on,
        stay.document_type, stay.delivery_id, stay.line
    FROM f36_facility_residence_or_use AS stay
    CROSS JOIN night
    INNER JOIN person_index ON person_index.signature_id = stay.signature_id
    INNER JOIN residential_facility
        ON residential_facility.facility_kind = stay.facility_kind
        AND NOT residential_facility.keeps_family
    WHERE (stay.admitted_on IS NULL OR stay.admitted_on <= night.as_of)
        AND (stay.left_on IS NULL OR stay.left_on > night.as_of)
    UNION ALL
    SELECT
        abroad.person_id, 'long_abroad', CAST(abroad.days AS VARCHAR), 4, abroad_source.moved_on,
        abroad_source.document_type, abroad_source.delivery_id, abroad_source.line
    FROM abroad
    INNER JOIN abroad_source
        ON abroad_source.person_id = abroad.person_id AND abroad_source.place = 1
    WHERE abroad.days > abroad.abroad_days
    UNION ALL
    SELECT
        person_id, 'missing', event, 5, occurred_on, document_type, delivery_id, line
    FROM missing_event
    WHERE place = 1 AND event NOT IN ('found', 'declaration_revoked')
    UNION ALL
    SELECT
        person_index.person_id, 'unknown_residence', address.registration_status, 6,
        address.moved_in_on, address.document_type, address.delivery_id, address.line
    FROM f02_resident_household_address AS address
    INNER JOIN person_index ON person_index.signature_id = address.signature_id
    WHERE address.document_type = 'I01-F02-01'
        AND address.registration_status IN ('unknown_residence', 'long_unknown_residence')
),
distinct_reason AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY person_id, reason
            ORDER BY valid_from DESC NULLS LAST, document_type, delivery_id DESC, line DESC
        ) AS copy
    FROM told
)
SELECT
    distinct_reason.person_id,
    distinct_reason.reason,
    distinct_reason.detail,
    distinct_reason.valid_from,
    distinct_reason.document_type,
    distinct_reason.delivery_id,
    distinct_reason.line,
    row_number() OVER (
        PARTITION BY distinct_reason.person_id ORDER BY distinct_reason.weight
    ) AS place
FROM distinct_reason
INNER JOIN person ON person.person_id = distinct_reason.person_id
CROSS JOIN night
WHERE distinct_reason.copy = 1
    AND (person.death_date IS NULL OR person.death_date > night.as_of)
ORDER BY distinct_reason.person_id, place
