-- One row: one piece of evidence that a benefit for pupils or students was paid for a month that began
-- when the person had left school, by the last word of the schools.
-- Who is missing: people whom any school has on its roll since then (moved, returned, enrolled anew),
-- graduates, and leaves of which the day is not told. A student who changes university is missing from
-- every roll until the next census: such a finding is cleared by it.
-- Which source wins: the latest day of leaving; a roll or a return that is later, or that has no end,
-- wins over it.
WITH record AS (
    SELECT
        recipient_index.person_id,
        enrolment.status,
        enrolment.enrolled_on,
        enrolment.left_on,
        CAST(enrolment.made_at AS DATE) AS made_on,
        enrolment.document_type,
        enrolment.delivery_id,
        enrolment.line
    FROM f09_education_enrolment AS enrolment
    INNER JOIN recipient_index ON recipient_index.signature_id = enrolment.signature_id
    INNER JOIN feed ON feed.document_type = enrolment.document_type AND feed.state = 'current'
    WHERE enrolment.document_type IN (
            'I08-F09-01', 'I08-F09-02', 'I08-F09-03', 'I08-F09-04', 'I08-F09-05', 'I08-F09-06'
        )
        AND recipient_index.person_id IS NOT NULL
),
leaver AS (
    SELECT
        person_id,
        status,
        left_on,
        document_type,
        delivery_id,
        line,
        row_number() OVER (
            PARTITION BY person_id ORDER BY left_on DESC, document_type, delivery_id, line
        ) AS place
    FROM record
    WHERE left_on IS NOT NULL
        AND (
            status IN ('dropped_out', 'expelled', 'removed', 'deferred', 'exempted')
            OR (status = 'on_leave' AND document_type = 'I08-F09-02')
            OR (status = 'left' AND document_type = 'I08-F09-03')
        )
),
-- On a roll that was drawn up since, or back at a school.
attending AS (
    SELECT
        person_id,
        CASE
            WHEN status IN ('returned', 'transferred_in')
                THEN coalesce(left_on, enrolled_on, made_on)
            WHEN left_on IS NULL THEN made_on
            ELSE CAST(left_on - INTERVAL '1' DAY AS DATE)
        END AS attended_on
    FROM record
    WHERE status IN ('returned', 'transferred_in')
        OR (
            status IN ('enrolled', 'placed', 'selected', 'completed_coursework')
            AND document_type <> 'I08-F09-02'
        )
),
paid_since AS (
    SELECT
        benefit_received.*,
        leaver.status,
        leaver.left_on,
        leaver.document_type AS school_document_type,
        leaver.delivery_id AS school_delivery_id,
        leaver.line AS school_line
    FROM benefit_received
    INNER JOIN d16_programme ON d16_programme.programme_code = benefit_received.programme_code
    INNER JOIN leaver ON leaver.person_id = benefit_received.person_id AND leaver.place = 1
    CROSS JOIN d16_setting AS setting
    WHERE CAST(leaver.left_on + setting.grace_days * INTERVAL '1' DAY AS DATE)
        < benefit_received.month
),
cleared AS (
    SELECT DISTINCT paid_since.person_id
    FROM paid_since
    INNER JOIN attending ON attending.person_id = paid_since.person_id
    WHERE attending.attended_on >= paid_since.left_on
),
paid AS (
    SELECT paid_since.*
    FROM paid_since
    LEFT JOIN cleared ON cleared.person_id = paid_since.person_id
    WHERE cleared.person_id IS NULL
),
reason AS (
    SELECT
        person_id,
        programme_code,
        month,
        'school' AS role,
        school_document_type AS document_type,
        school_delivery_id AS delivery_id,
        school_line AS line,
        status || ' ' || CAST(left_on AS VARCHAR) AS said
    FROM paid
),
{{month_paid_rows}}
