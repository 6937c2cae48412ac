-- One row: one piece of evidence that a payment, or an entitlement open in the night's month, stands under
-- an ID number that cannot be: its birth date is after the night ('future') or longer ago than anybody
-- lives ('too old'); its century or its sex is not that of the person whom the index knows it to mean; or
-- it was refused unread, because it holds no birth date at all (refused_identifier).
-- Refused rows name nobody, so that they are counted for their document type and month: subject_id is
-- the document type and person_id is null. The archive holds them.
-- Who is missing: masked numbers; every number that a register itself states; and check digits, which
-- numbers issued since October 2020 do not have.
-- Which source wins: birth date and sex of the person index, which follow the register.
WITH row_told AS (
    SELECT
        payment.signature_id,
        payment.programme_code,
        CAST(date_trunc('month', payment.period) AS DATE) AS month,
        coalesce(payment.amount, 0) AS amount,
        'payment' AS role,
        payment.document_type,
        payment.delivery_id,
        payment.line
    FROM f35_benefit_payment AS payment
    CROSS JOIN night
    WHERE payment.national_id_token IS NOT NULL
        AND payment.programme_code IS NOT NULL
        AND payment.period <= night.as_of
        AND payment.period >= CAST(night.month - INTERVAL '11' MONTH AS DATE)
    UNION ALL
    SELECT
        entitlement.signature_id,
        entitlement.programme_code,
        night.month,
        0,
        'entitlement',
        entitlement.document_type,
        entitlement.delivery_id,
        entitlement.line
    FROM f34_benefit_entitlement AS entitlement
    CROSS JOIN night
    WHERE entitlement.national_id_token IS NOT NULL
        AND entitlement.programme_code IS NOT NULL
        AND entitlement.status IN ('entitled', 'granted', 'active', 'changed', 'extended')
        AND entitlement.entitled_from <= night.as_of
        AND (entitlement.entitled_to IS NULL OR entitlement.entitled_to >= night.month)
),
told AS (
    SELECT DISTINCT signature_id
    FROM row_told
),
stated AS (
    SELECT
        told.signature_id,
        recipient_index.person_id,
        signature.national_id_token,
        signature.birth_date,
        signature.sex,
        person.birth_date AS register_birth_date,
        person.sex AS register_sex
    FROM told
    INNER JOIN signature ON signature.signature_id = told.signature_id
    INNER JOIN recipient_index ON recipient_index.signature_id = told.signature_id
    LEFT JOIN person ON person.person_id = recipient_index.person_id
    WHERE recipient_index.person_id IS NOT NULL AND signature.birth_date IS NOT NULL
),
judged AS (
    SELECT
        stated.signature_id,
        stated.person_id,
        stated.national_id_token,
        CASE
            WHEN stated.birth_date > night.as_of THEN 'future birth date'
            WHEN stated.birth_date + setting.oldest_age_years * INTERVAL '1' YEAR < night.as_of
                THEN 'too old'
            WHEN stated.birth_date <> stated.register_birth_date
                AND month(stated.birth_date) = month(stated.register_birth_date)
                AND day(stated.birth_date) = day(stated.register_birth_date)
                AND (year(stated.birth_date) - year(stated.register_birth_date)) % 100 = 0
                THEN 'another century'
            WHEN stated.birth_date = stated.register_birth_date
                AND stated.sex <> stated.register_sex THEN 'another sex'
        END AS reason
    FROM stated
    CROSS JOIN night
    CROSS JOIN d07_setting AS setting
),
issued AS (
    SELECT national_id_token
    FROM f01_person_identity
    WHERE document_type LIKE 'I01-%' AND national_id_token IS NOT NULL
    UNION ALL
    SELECT previous_national_id_token
    FROM f01_person_identity
    WHERE previous_national_id_token IS NOT NULL
    UNION ALL
    SELECT foreign_id_token
    FROM f05_foreigner_nationality
    WHERE foreign_id_token IS NOT NULL
),
impossible AS (
    SELECT judged.signature_id, judged.person_id, judged.reason
    FROM judged
    LEFT JOIN issued ON issued.national_id_token = judged.national_id_token
    WHERE judged.reason IS NOT NULL AND issued.national_id_token IS NULL
),
shown AS (
    SELECT
        impossible.person_id AS subject_id,
        impossible.person_id,
        row_told.programme_code,
        row_told.month,
        impossible.reason,
        row_told.amount,
        row_told.role,
        row_told.document_type,
        row_told.delivery_id,
        row_told.line
    FROM row_told
    INNER JOIN impossible ON impossible.signature_id = row_told.signature_id
    UNION ALL
    SELECT
        refused.document_type,
        NULL,
        NULL,
        refused.month,
        'no birth date',
        coalesce(refused.amount, 0),
        'refused row',
        refused.document_type,
        refused.delivery_id,
        refused.line
    FROM refused_identifier AS refused
),
found AS (
    SELECT
        subject_id,
        person_id,
        programme_code,
        CAST(NULL AS VARCHAR) AS other_programme_code,
        month AS period,
        month AS first_period,
        month AS last_period,
        sum(amount) AS amount_at_stake,
        'number that cannot be (' || min(reason) || '); paid ' || CAST(sum(amount) AS VARCHAR)
            AS statement
    FROM shown
    GROUP BY subject_id, person_id, programme_code, month
    HAVING sum(amount) > 0 OR max(CASE WHEN role = 'payment' THEN 0 ELSE 1 END) = 1
),
evidence AS (
    SELECT
        subject_id,
        programme_code,
        CAST(NULL AS VARCHAR) AS other_programme_code,
        month AS period,
        role,
        document_type,
        delivery_id,
        line
    FROM shown
)
{{finding_rows}}
