-- One row: one piece of evidence that one phone or device applied for many people of several households
-- within a few days. subject_id is a digest of the sender's key of the contact, which is itself no
-- phone number. The month is that in which the burst began.
-- Who is missing: applications on paper without a contact, senders that send none, and contacts that
-- always apply for many (welfare centres): a burst is a multiple of the contact's usual week.
-- Which source wins: the earliest record of an application; a programme counts once a person.
WITH application AS (
    SELECT
        person_index.person_id,
        substr(md5(applied.application_contact_key), 1, 20) AS contact_id,
        applied.programme_code,
        applied.applied_on,
        applied.document_type,
        applied.delivery_id,
        applied.line,
        row_number() OVER (
            PARTITION BY
                applied.application_contact_key, person_index.person_id,
                applied.programme_code, applied.applied_on
            ORDER BY applied.delivery_id, applied.line
        ) AS place
    FROM f34_benefit_entitlement AS applied
    CROSS JOIN night
    CROSS JOIN d25_setting AS setting
    INNER JOIN person_index ON person_index.signature_id = applied.signature_id
    WHERE applied.application_contact_key IS NOT NULL
        AND applied.applied_on <= night.as_of
        AND applied.applied_on >= CAST(
            night.month - to_months(CAST(setting.lookback_months + setting.usual_months AS INTEGER)) AS DATE
        )
),
busy AS (
    SELECT contact_id
    FROM application
    CROSS JOIN d25_setting AS setting
    WHERE place = 1
    GROUP BY contact_id
    HAVING count(*) >= max(setting.applications)
),
home AS (
    SELECT person_id, max(household_id) AS household_id
    FROM household_member
    CROSS JOIN night
    WHERE (valid_from IS NULL OR valid_from <= night.as_of)
        AND (valid_to IS NULL OR valid_to >= night.as_of)
    GROUP BY person_id
),
counted AS (
    SELECT application.*, coalesce(home.household_id, application.person_id) AS home_id
    FROM application
    INNER JOIN busy ON busy.contact_id = application.contact_id
    LEFT JOIN home ON home.person_id = application.person_id
    WHERE application.place = 1
),
begin_day AS (
    SELECT DISTINCT contact_id, applied_on
    FROM counted
),
burst AS (
    SELECT
        begin_day.contact_id,
        begin_day.applied_on AS first_day,
        count(*) AS applications
    FROM begin_day
    CROSS JOIN d25_setting AS setting
    INNER JOIN counted
        ON counted.contact_id = begin_day.contact_id
        AND counted.applied_on >= begin_day.applied_on
        AND date_diff('day', begin_day.applied_on, counted.applied_on) < setting.days
    GROUP BY begin_day.contact_id, begin_day.applied_on
    HAVING count(*) >= max(setting.applications)
        AND count(DISTINCT counted.home_id) >= max(setting.households)
),
usual AS (
    SELECT
        burst.contact_id,
        burst.first_day,
        count(*) AS applications,
        date_diff('day', min(counted.applied_on), burst.first_day) AS days
    FROM burst
    CROSS JOIN d25_setting AS setting
    INNER JOIN counted
        ON counted.contact_id = burst.contact_id
        AND counted.applied_on < burst.first_day
        AND counted.applied_on
        >= CAST(burst.first_day - to_months(CAST(setting.usual_months AS INTEGER)) AS DATE)
    GROUP BY burst.contact_id, burst.first_day
),
unusual AS (
    SELECT
        burst.contact_id,
        burst.first_day,
        burst.applications,
        lag(burst.first_day) OVER (PARTITION BY burst.contact_id ORDER BY burst.first_day) AS before_day
    FROM burst
    CROSS JOIN d25_setting AS setting
    LEFT JOIN usual ON usual.contact_id = burst.contact_id AND usual.first_day = burst.first_day
    WHERE usual.contact_id IS NULL
        OR burst.applications * usual.days > usual.applications * setting.days * setting.times_usual
),
first_burst AS (
    SELECT unusual.*
    FROM unusual
    CROSS JOIN d25_setting AS setting
    WHERE before_day IS NULL OR date_diff('day', before_day, first_day) >= setting.days
),
found AS (
    SELECT
        contact_id AS subject_id,
        CAST(NULL AS VARCHAR) AS person_id,
        CAST(NULL AS VARCHAR) AS programme_code,
        CAST(NULL AS VARCHAR) AS other_programme_code,
        CAST(date_trunc('month', first_day) AS DATE) AS period,
        CAST(date_trunc('month', first_day) AS DATE) AS first_period,
        CAST(date_trunc('month', first_day) AS DATE) AS last_period,
        first_day,
        CAST(NULL AS BIGINT) AS amount_at_stake,
        CAST(applications AS VARCHAR) || ' applications from ' || CAST(first_day AS VARCHAR)
            AS statement
    FROM first_burst
),
evidence AS (
    SELECT DISTINCT
        found.subject_id,
        found.programme_code,
        found.other_programme_code,
        found.period,
        'application' AS role,
        counted.document_type,
        counted.delivery_id,
        counted.line
    FROM found
    CROSS JOIN d25_setting AS setting
    INNER JOIN counted
        ON counted.contact_id = found.subject_id
        AND counted.applied_on >= found.first_day
        AND date_diff('day', found.first_day, counted.applied_on) < setting.days
)
{{finding_rows}}
