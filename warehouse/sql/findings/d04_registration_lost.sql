-- One row: one piece of evidence that a programme was paid in money for a month that began after the
-- person's registration was cancelled or marked as of unknown residence, or a court had declared the
-- person missing.
-- Who is missing: benefits in kind, which are given to somebody who is there; what is paid because
-- somebody died; people of unknown residence who live in a facility, so that their whereabouts are known;
-- people whom the household register shows as residents since, or who were registered again; people
-- treated, or met at home by the residence survey, after a court called them missing; and people whom only
-- the police look for: whoever fled from home is reported as missing, too.
-- Which source wins: the lists that date the loss (I01-F02-05, I01-F02-06) before the status in the
-- register of persons; of several the latest day, in favour of the person. Whoever stands in the list of
-- unknown residences moved in nowhere up to that list; a move before it only makes the loss later.
WITH told AS (
    SELECT
        recipient_index.person_id,
        CASE
            WHEN residence.registration_status LIKE 'cancelled%' THEN 'cancelled'
            ELSE 'unknown residence'
        END AS reason,
        residence.moved_out_on AS lost_on,
        1 AS rank,
        residence.document_type,
        residence.delivery_id,
        residence.line
    FROM f02_resident_household_address AS residence
    INNER JOIN recipient_index ON recipient_index.signature_id = residence.signature_id
    WHERE (
            residence.document_type = 'I01-F02-05'
            AND residence.registration_status IN ('unknown_residence', 'long_unknown_residence')
        )
        OR (
            residence.document_type = 'I01-F02-06'
            AND residence.registration_status IN (
                'cancelled_emigration', 'cancelled_nationality_loss', 'cancelled_other'
            )
        )
    UNION ALL
    SELECT
        recipient_index.person_id,
        CASE WHEN identity.status = 'cancelled' THEN 'cancelled' ELSE 'unknown residence' END,
        identity.changed_on,
        2,
        identity.document_type,
        identity.delivery_id,
        identity.line
    FROM f01_person_identity AS identity
    INNER JOIN recipient_index ON recipient_index.signature_id = identity.signature_id
    WHERE identity.document_type IN ('I01-F01-01', 'I01-F01-02')
        AND identity.status IN ('cancelled', 'unknown_residence')
        AND (identity.birth_date IS NULL OR identity.changed_on > identity.birth_date)
    UNION ALL
    SELECT
        recipient_index.person_id,
        'declared missing',
        coalesce(event.reported_on, event.occurred_on),
        1,
        event.document_type,
        event.delivery_id,
        event.line
    FROM f04_vital_event AS event
    INNER JOIN recipient_index ON recipient_index.signature_id = event.signature_id
    WHERE event.document_type = 'I02-F04-03'
        AND event.event IN ('adjudged_missing', 'adjudged_absent', 'presumed_death')
),
dated AS (
    SELECT *
    FROM (
        SELECT
            told.*,
            row_number() OVER (
                PARTITION BY told.person_id
                ORDER BY told.rank, told.lost_on DESC, told.document_type, told.delivery_id,
                    told.line
            ) AS place
        FROM told
        CROSS JOIN night
        WHERE told.lost_on <= night.as_of
    ) AS ordered
    WHERE place = 1
),
move AS (
    SELECT
        dated.person_id,
        residence.moved_in_on,
        dated.document_type = 'I01-F02-05'
        AND residence.moved_in_on <= last_day(feed.newest_period_start) AS is_before_list
    FROM dated
    INNER JOIN feed ON feed.document_type = dated.document_type
    INNER JOIN recipient_index ON recipient_index.person_id = dated.person_id
    INNER JOIN f02_resident_household_address AS residence
        ON residence.signature_id = recipient_index.signature_id
    WHERE dated.reason <> 'declared missing'
        AND residence.moved_in_on > dated.lost_on
        AND (
            residence.document_type = 'I01-F02-03'
            OR (residence.document_type = 'I01-F02-01' AND residence.registration_status = 'resident')
            OR (
                residence.document_type = 'I01-F02-06'
                AND residence.registration_status = 're_registered'
            )
        )
),
lost AS (
    SELECT
        dated.person_id,
        dated.reason,
        greatest(dated.lost_on, coalesce(earlier.moved_in_on, dated.lost_on)) AS lost_on,
        dated.rank,
        dated.document_type,
        dated.delivery_id,
        dated.line
    FROM dated
    LEFT JOIN (
        SELECT person_id, max(moved_in_on) AS moved_in_on
        FROM move
        WHERE is_before_list
        GROUP BY person_id
    ) AS earlier ON earlier.person_id = dated.person_id
),
restored AS (
    SELECT person_id, min(moved_in_on) AS restored_on
    FROM move
    WHERE NOT is_before_list
    GROUP BY person_id
),
cleared AS (
    SELECT lost.person_id
    FROM lost
    INNER JOIN recipient_index ON recipient_index.person_id = lost.person_id
    INNER JOIN f02_resident_household_address AS residence
        ON residence.signature_id = recipient_index.signature_id
    WHERE lost.reason <> 'declared missing'
        AND residence.document_type = 'I01-F02-01'
        AND residence.registration_status = 'resident'
        AND CAST(residence.made_at AS DATE) > lost.lost_on
    UNION
    SELECT lost.person_id
    FROM lost
    INNER JOIN recipient_index ON recipient_index.person_id = lost.person_id
    INNER JOIN f01_person_identity AS identity
        ON identity.signature_id = recipient_index.signature_id
    WHERE lost.rank = 2
        AND identity.document_type IN ('I01-F01-01', 'I01-F01-02')
        AND identity.status = 'active'
        AND identity.changed_on > lost.lost_on
    UNION
    SELECT lost.person_id
    FROM lost
    INNER JOIN recipient_index ON recipient_index.person_id = lost.person_id
    INNER JOIN f04_vital_event AS event ON event.signature_id = recipient_index.signature_id
    WHERE lost.reason = 'declared missing'
        AND event.event = 'declaration_revoked'
        AND coalesce(event.reported_on, event.occurred_on) >= lost.lost_on
    UNION
    SELECT lost.person_id
    FROM lost
    INNER JOIN recipient_index ON recipient_index.person_id = lost.person_id
    INNER JOIN f32_medical_ltc_use AS care ON care.signature_id = recipient_index.signature_id
    WHERE lost.reason = 'declared missing'
        AND recipient_index.match_kind = 'national_id'
        AND care.care_from > lost.lost_on
        AND care.document_type NOT IN ('I24-F32-03', 'I24-F32-04', 'I24-F32-05')
    UNION
    SELECT lost.person_id
    FROM lost
    INNER JOIN recipient_index ON recipient_index.person_id = lost.person_id
    INNER JOIN f02_resident_household_address AS survey
        ON survey.signature_id = recipient_index.signature_id
    WHERE lost.reason = 'declared missing'
        AND survey.document_type = 'I01-F02-10'
        AND survey.registration_status = 'resident'
        AND CAST(survey.made_at AS DATE) > lost.lost_on
),
housed AS (
    SELECT lost.person_id, stay.admitted_on, stay.left_on
    FROM lost
    INNER JOIN recipient_index ON recipient_index.person_id = lost.person_id
    INNER JOIN f36_facility_residence_or_use AS stay
        ON stay.signature_id = recipient_index.signature_id
    INNER JOIN residential_facility ON residential_facility.facility_kind = stay.facility_kind
    WHERE lost.reason = 'unknown residence'
),
paid AS (
    SELECT
        benefit_received.*,
        lost.reason,
        lost.lost_on,
        lost.document_type AS lost_document_type,
        lost.delivery_id AS lost_delivery_id,
        lost.line AS lost_line
    FROM benefit_received
    INNER JOIN lost ON lost.person_id = benefit_received.person_id
    LEFT JOIN restored ON restored.person_id = lost.person_id
    LEFT JOIN cleared ON cleared.person_id = lost.person_id
    WHERE lost.lost_on < benefit_received.month
        AND NOT benefit_received.in_kind
        AND benefit_received.programme_code
        NOT IN ('P003', 'P275', 'P292', 'emergency_birth_funeral')
        AND cleared.person_id IS NULL
        AND (
            restored.restored_on IS NULL OR restored.restored_on > last_day(benefit_received.month)
        )
        AND NOT EXISTS (
            SELECT 1
            FROM housed
            WHERE housed.person_id = benefit_received.person_id
                AND housed.admitted_on <= last_day(benefit_received.month)
                AND (housed.left_on IS NULL OR housed.left_on >= benefit_received.month)
        )
),
reason AS (
    SELECT
        person_id,
        programme_code,
        month,
        'registration' AS role,
        lost_document_type AS document_type,
        lost_delivery_id AS delivery_id,
        lost_line AS line,
        reason || ' since ' || CAST(lost_on AS VARCHAR) AS said
    FROM paid
),
{{month_paid_rows}}
