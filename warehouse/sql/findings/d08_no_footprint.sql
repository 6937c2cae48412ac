-- One row: one piece of evidence that somebody is paid of whom nothing but payments and entitlements is
-- known: no residence, no stay as a foreigner, no job, no insurance, no bank account, no care, no school and
-- no facility in the months before the night.
-- Who is missing: people registered as dead; people paid in one month only (a mistyped number makes
-- somebody up for a month) or without any number; second identities of a known person and numbers that
-- cannot be (other rules look at those), and people of whom the index asks whether they are somebody else;
-- everybody whom a register shows as a resident, however quiet.
-- Which source wins: any trace in any of the families is enough.
WITH cash AS (
    SELECT *
    FROM benefit_received
    WHERE NOT in_kind
),
recipient AS (
    SELECT cash.person_id
    FROM cash
    CROSS JOIN d08_setting AS setting
    INNER JOIN person ON person.person_id = cash.person_id
    WHERE person.death_date IS NULL
    GROUP BY cash.person_id, setting.months
    HAVING count(DISTINCT cash.month) >= setting.months
),
cutoff AS (
    SELECT CAST(night.as_of - setting.silent_months * INTERVAL '1' MONTH AS DATE) AS since
    FROM night
    CROSS JOIN d08_setting AS setting
),
settled AS (
    SELECT residence.signature_id
    FROM f02_resident_household_address AS residence
    CROSS JOIN cutoff
    WHERE residence.moved_out_on IS NULL OR residence.moved_out_on >= cutoff.since
    UNION ALL
    SELECT stay.signature_id
    FROM f05_foreigner_nationality AS stay
    CROSS JOIN cutoff
    WHERE stay.stay_to IS NULL OR stay.stay_to >= cutoff.since
),
settled_person AS (
    SELECT DISTINCT recipient_index.person_id
    FROM settled
    INNER JOIN recipient_index ON recipient_index.signature_id = settled.signature_id
),
unsettled AS (
    SELECT recipient.person_id, recipient_index.signature_id
    FROM recipient
    LEFT JOIN settled_person ON settled_person.person_id = recipient.person_id
    INNER JOIN recipient_index ON recipient_index.person_id = recipient.person_id
    WHERE settled_person.person_id IS NULL
),
-- The day up to which a record speaks of somebody; none, where it still does.
trace AS (
    SELECT signature_id, left_on AS told_to FROM f10_employment_record
    UNION ALL
    SELECT signature_id, lost_on FROM f18_insurance_membership
    UNION ALL
    SELECT signature_id, as_of FROM f26_deposit_account
    UNION ALL
    SELECT signature_id, coalesce(care_to, care_from)
    FROM f32_medical_ltc_use
    WHERE coalesce(care_to, care_from) IS NOT NULL
    UNION ALL
    SELECT signature_id, left_on FROM f09_education_enrolment
    UNION ALL
    SELECT signature_id, left_on FROM f36_facility_residence_or_use
),
traced AS (
    SELECT DISTINCT unsettled.person_id
    FROM unsettled
    CROSS JOIN cutoff
    INNER JOIN trace ON trace.signature_id = unsettled.signature_id
    WHERE trace.told_to IS NULL OR trace.told_to >= cutoff.since
),
doubtful AS (
    SELECT other_person_id AS person_id
    FROM same_identity
    UNION
    SELECT unsettled.person_id
    FROM unsettled
    INNER JOIN review_candidate
        ON CAST(unsettled.signature_id AS VARCHAR) IN (review_candidate."left", review_candidate."right")
    UNION
    SELECT unsettled.person_id
    FROM unsettled
    CROSS JOIN night
    CROSS JOIN d08_setting AS setting
    INNER JOIN signature ON signature.signature_id = unsettled.signature_id
    WHERE signature.birth_date > night.as_of
        OR signature.birth_date + setting.oldest_age_years * INTERVAL '1' YEAR < night.as_of
),
numbered AS (
    SELECT DISTINCT unsettled.person_id
    FROM unsettled
    INNER JOIN signature ON signature.signature_id = unsettled.signature_id
    WHERE signature.national_id_token IS NOT NULL
),
ghost AS (
    SELECT numbered.person_id
    FROM numbered
    LEFT JOIN traced ON traced.person_id = numbered.person_id
    LEFT JOIN doubtful ON doubtful.person_id = numbered.person_id
    WHERE traced.person_id IS NULL AND doubtful.person_id IS NULL
),
paid AS (
    SELECT cash.*
    FROM cash
    INNER JOIN ghost ON ghost.person_id = cash.person_id
),
-- That nothing is told of somebody stands in no row.
reason AS (
    SELECT
        person_id,
        programme_code,
        month,
        CAST(NULL AS VARCHAR) AS role,
        CAST(NULL AS VARCHAR) AS document_type,
        CAST(NULL AS VARCHAR) AS delivery_id,
        CAST(NULL AS BIGINT) AS line,
        'known from payments only' AS said
    FROM paid
),
{{month_paid_rows}}
