-- One row: one piece of evidence that somebody is paid of whom nothing but payments and entitlements is
-- known: no residence, no stay as a foreigner, no job, no insurance, no bank account, no care, no school and
-- no facility in the months before the night.
-- Who is missing: people registered as dead; people paid in one month only (a mistyped number makes
-- somebody up for a month) or without any number; second identities of a known person and numbers that
-- cannot be (other rules look at those), and people of whom the index asks whether they are somebody else;
-- everybody whom a register shows as a resident, however quiet.
-- Which source wins: any trace in any of the families is enough.
WITH paid AS (
    SELECT *
    FROM benefit_received
    WHERE NOT in_kind
),
recipient AS (
    SELECT paid.person_id
    FROM paid
    CROSS JOIN d08_setting AS setting
    INNER JOIN person ON person.person_id = paid.person_id
    WHERE person.death_date IS NULL
    GROUP BY paid.person_id, setting.months
    HAVING count(DISTINCT paid.month) >= setting.months
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
    UNION
    SELECT stay.signature_id
    FROM f05_foreigner_nationality AS stay
    CROSS JOIN cutoff
    WHERE stay.stay_to IS NULL OR stay.stay_to >= cutoff.since
),
settled_person AS (
    SELECT DISTINCT person_index.person_id
    FROM settled
    INNER JOIN person_index ON person_index.signature_id = settled.signature_id
),
unsettled AS (
    SELECT recipient.person_id, person_index.signature_id
    FROM recipient
    LEFT JOIN settled_person ON settled_person.person_id = recipient.person_id
    INNER JOIN person_index ON person_index.person_id = recipient.person_id
    WHERE settled_person.person_id IS NULL
),
traced AS (
    SELECT unsettled.person_id
    FROM unsettled
    CROSS JOIN cutoff
    INNER JOIN f10_employment_record AS job ON job.signature_id = unsettled.signature_id
    WHERE job.left_on IS NULL OR job.left_on >= cutoff.since
    UNION
    SELECT unsettled.person_id
    FROM unsettled
    CROSS JOIN cutoff
    INNER JOIN f18_insurance_membership AS membership
        ON membership.signature_id = unsettled.signature_id
    WHERE membership.lost_on IS NULL OR membership.lost_on >= cutoff.since
    UNION
    SELECT unsettled.person_id
    FROM unsettled
    CROSS JOIN cutoff
    INNER JOIN f26_deposit_account AS account ON account.signature_id = unsettled.signature_id
    WHERE account.as_of IS NULL OR account.as_of >= cutoff.since
    UNION
    SELECT unsettled.person_id
    FROM unsettled
    CROSS JOIN cutoff
    INNER JOIN f32_medical_ltc_use AS care ON care.signature_id = unsettled.signature_id
    WHERE coalesce(care.care_to, care.care_from) >= cutoff.since
    UNION
    SELECT unsettled.person_id
    FROM unsettled
    CROSS JOIN cutoff
    INNER JOIN f09_education_enrolment AS school ON school.signature_id = unsettled.signature_id
    WHERE school.left_on IS NULL OR school.left_on >= cutoff.since
    UNION
    SELECT unsettled.person_id
    FROM unsettled
    CROSS JOIN cutoff
    INNER JOIN f36_facility_residence_or_use AS stay
        ON stay.signature_id = unsettled.signature_id
    WHERE stay.left_on IS NULL OR stay.left_on >= cutoff.since
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
shown AS (
    SELECT paid.*
    FROM paid
    INNER JOIN ghost ON ghost.person_id = paid.person_id
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
        'known from payments only; paid ' || CAST(sum(amount) AS VARCHAR) AS statement
    FROM shown
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
    FROM shown
)
{{rows}}
