-- One row: one piece of evidence that a person was treated in the country on a day on which the
-- border feed has the person abroad: somebody else was treated, or a return was not seen.
-- Who is missing: care of which a relative may collect the result (medicine, prescriptions, equipment),
-- registrations and refunds, which are no visits, and motor insurance, whose numbers are masked.
-- Which source wins: none; at stake is the most that one institution states for the month. A statement
-- of care at home covers a month, so that all of it must lie within the stay.
WITH stay AS (
    SELECT
        stay_abroad.person_id,
        stay_abroad.left_on,
        CAST(stay_abroad.left_on + setting.tolerance_days * INTERVAL '1' DAY AS DATE) AS sure_after,
        CAST(
            coalesce(stay_abroad.returned_on, night.as_of)
            - setting.tolerance_days * INTERVAL '1' DAY AS DATE
        ) AS sure_before,
        stay_abroad.document_type,
        stay_abroad.delivery_id,
        stay_abroad.line
    FROM stay_abroad
    CROSS JOIN night
    CROSS JOIN d12_setting AS setting
),
patient AS (
    SELECT person_index.signature_id, person_index.person_id
    FROM person_index
    INNER JOIN (SELECT DISTINCT person_id FROM stay) AS traveller
        ON traveller.person_id = person_index.person_id
),
care AS (
    SELECT
        patient.person_id,
        f32_medical_ltc_use.care_from,
        CASE
            WHEN f32_medical_ltc_use.document_type = 'I24-F32-02'
                THEN coalesce(f32_medical_ltc_use.care_to, f32_medical_ltc_use.care_from)
            ELSE f32_medical_ltc_use.care_from
        END AS surely_present_on,
        f32_medical_ltc_use.cost_amount,
        sum(f32_medical_ltc_use.cost_amount) OVER (
            PARTITION BY
                patient.person_id,
                f32_medical_ltc_use.document_type,
                f32_medical_ltc_use.provider_no,
                f32_medical_ltc_use.care_kind,
                f32_medical_ltc_use.care_from
        ) AS net_amount,
        f32_medical_ltc_use.document_type,
        f32_medical_ltc_use.delivery_id,
        f32_medical_ltc_use.line
    FROM f32_medical_ltc_use
    INNER JOIN patient ON patient.signature_id = f32_medical_ltc_use.signature_id
    WHERE f32_medical_ltc_use.care_kind IN (
            'outpatient', 'inpatient', 'dental', 'oriental',
            'medical_outpatient', 'dental_outpatient', 'oriental_outpatient', 'health_centre',
            'medical_inpatient', 'mental_inpatient', 'health_centre_inpatient', 'mental_flat_rate',
            'home_visit_care', 'home_visit_bath', 'home_visit_nursing', 'day_night_care',
            'short_stay', 'nursing_home', 'group_home'
        )
),
treated AS (
    SELECT
        care.person_id,
        CAST(date_trunc('month', care.care_from) AS DATE) AS month,
        care.care_from,
        care.cost_amount,
        care.document_type,
        care.delivery_id,
        care.line,
        stay.left_on,
        stay.document_type AS exit_document_type,
        stay.delivery_id AS exit_delivery_id,
        stay.line AS exit_line
    FROM care
    INNER JOIN stay
        ON stay.person_id = care.person_id
        AND care.care_from > stay.sure_after
        AND care.surely_present_on < stay.sure_before
    WHERE coalesce(care.net_amount, 1) > 0
),
stated AS (
    SELECT
        person_id,
        month,
        substr(document_type, 1, 3) AS institution,
        min(left_on) AS left_on,
        min(care_from) AS first_care_on,
        sum(cost_amount) AS amount
    FROM treated
    GROUP BY person_id, month, substr(document_type, 1, 3)
),
month_found AS (
    SELECT
        person_id,
        CAST(NULL AS VARCHAR) AS programme_code,
        month AS first_month,
        month,
        max(amount) AS amount,
        'left ' || CAST(min(left_on) AS VARCHAR)
        || '; treated ' || CAST(min(first_care_on) AS VARCHAR) AS statement
    FROM stated
    GROUP BY person_id, month
),
month_evidence AS (
    SELECT
        person_id,
        CAST(NULL AS VARCHAR) AS programme_code,
        month,
        'care' AS role,
        document_type,
        delivery_id,
        line
    FROM treated
    UNION ALL
    SELECT person_id, NULL, month, 'exit', exit_document_type, exit_delivery_id, exit_line
    FROM treated
),
{{person_month_rows}}
