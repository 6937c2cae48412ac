-- One row: one piece of evidence that care at home was paid for somebody who lived in a care facility
-- through the whole month.
-- Who is missing: the months of admission and of leaving, in which both may be due; people in homes
-- that leave care at home possible (short stays, group homes of disabled people, senior housing);
-- facility lists that are out of date.
-- Which source wins: of two institutions that tell one stay, the earlier end; the earliest admission
-- is shown.
WITH stay AS (
    SELECT
        recipient_index.person_id,
        stay.admitted_on,
        stay.left_on,
        stay.facility_kind,
        stay.document_type,
        stay.delivery_id,
        stay.line
    FROM f36_facility_residence_or_use AS stay
    INNER JOIN recipient_index ON recipient_index.signature_id = stay.signature_id
    INNER JOIN feed ON feed.document_type = stay.document_type AND feed.state = 'current'
    WHERE stay.admitted_on IS NOT NULL
        AND recipient_index.person_id IS NOT NULL
        AND stay.facility_kind IN (
            'nursing_home', 'elderly_group_home', 'retirement_home', 'residential_home',
            'mental_care_home'
        )
),
resident AS (
    SELECT
        stay.person_id,
        stay.admitted_on,
        stay.facility_kind,
        stay.document_type,
        stay.delivery_id,
        stay.line,
        min(same.left_on) AS left_on
    FROM stay
    CROSS JOIN d15_setting AS setting
    INNER JOIN stay AS same
        ON same.person_id = stay.person_id
        AND abs(date_diff('day', same.admitted_on, stay.admitted_on)) <= setting.same_stay_days
    GROUP BY stay.person_id, stay.admitted_on, stay.facility_kind, stay.document_type,
        stay.delivery_id, stay.line
),
paid AS (
    SELECT benefit_received.*
    FROM benefit_received
    INNER JOIN d15_programme ON d15_programme.programme_code = benefit_received.programme_code
),
shown AS (
    SELECT
        paid.person_id,
        paid.programme_code,
        paid.month,
        resident.admitted_on,
        resident.facility_kind,
        resident.document_type,
        resident.delivery_id,
        resident.line,
        row_number() OVER (
            PARTITION BY paid.person_id, paid.programme_code, paid.month
            ORDER BY resident.admitted_on, resident.document_type, resident.delivery_id, resident.line
        ) AS place
    FROM (SELECT DISTINCT person_id, programme_code, month FROM paid) AS paid
    INNER JOIN resident
        ON resident.person_id = paid.person_id
        AND resident.admitted_on < paid.month
        AND (
            resident.left_on IS NULL
            OR resident.left_on >= CAST(paid.month + INTERVAL '1' MONTH AS DATE)
        )
),
reason AS (
    SELECT
        person_id,
        programme_code,
        month,
        'stay' AS role,
        document_type,
        delivery_id,
        line,
        CASE WHEN place = 1 THEN facility_kind || ' since ' || CAST(admitted_on AS VARCHAR) END
            AS said
    FROM shown
),
{{month_paid_rows}}
