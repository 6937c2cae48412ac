-- One row: one piece of evidence that a benefit for disabled people was paid for a month that began
-- when the last assessment of the person's disability had run out.
-- Who is missing: people with an assessment without an end, or with a later one, also by the pension
-- service, that keeps a disability; people who are not in the register.
-- Which source wins: the latest end that the register or a review states.
WITH assessment AS (
    SELECT
        recipient_index.person_id,
        f31_disability_assessment.valid_to,
        f31_disability_assessment.document_type,
        f31_disability_assessment.delivery_id,
        f31_disability_assessment.line
    FROM f31_disability_assessment
    INNER JOIN recipient_index ON recipient_index.signature_id = f31_disability_assessment.signature_id
    WHERE f31_disability_assessment.document_type IN ('I06-F31-01', 'I06-F31-02', 'I23-F31-01')
        AND coalesce(f31_disability_assessment.severity, '') NOT IN ('none', 'not_recognised')
        AND recipient_index.person_id IS NOT NULL
),
expired AS (
    SELECT person_id, max(valid_to) AS expired_on
    FROM assessment
    GROUP BY person_id
    HAVING count(*) = count(valid_to)
        AND max(CASE WHEN document_type = 'I06-F31-01' THEN 1 ELSE 0 END) = 1
),
paid AS (
    SELECT
        benefit_received.*,
        expired.expired_on
    FROM benefit_received
    INNER JOIN d17_programme ON d17_programme.programme_code = benefit_received.programme_code
    INNER JOIN expired ON expired.person_id = benefit_received.person_id
    CROSS JOIN d17_setting AS setting
    WHERE CAST(expired.expired_on + setting.grace_days * INTERVAL '1' DAY AS DATE)
        < benefit_received.month
),
reason AS (
    SELECT
        paid.person_id,
        paid.programme_code,
        paid.month,
        'assessment' AS role,
        assessment.document_type,
        assessment.delivery_id,
        assessment.line,
        'valid to ' || CAST(paid.expired_on AS VARCHAR) AS said
    FROM paid
    INNER JOIN assessment
        ON assessment.person_id = paid.person_id AND assessment.valid_to = paid.expired_on
),
{{month_paid_rows}}
