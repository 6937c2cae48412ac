-- One row: one piece of evidence that somebody worked on days for which job-seeking benefit was paid.
-- The days paid are not sent. They are at least the amount over the highest benefit of a day; where
-- they and the days worked are more than the month has, some day was both.
-- Who is missing: work that the days of the month leave room for, jobs that were held before the
-- benefit began (their end is often reported late), and months that hold the rounds of two.
-- Which source wins: of the benefit the labour ministry's months before the agency's rounds; of days
-- worked the most that one source states. At stake is the benefit of the days that were both.
WITH daily_cap AS (
    SELECT max(amount) AS amount
    FROM parameter_value
    WHERE parameter = 'job_seeking_daily_cap'
),
benefit_row AS (
    SELECT
        person_index.person_id,
        CAST(date_trunc('month', benefit.period) AS DATE) AS month,
        benefit.amount,
        benefit.entitled_from,
        benefit.document_type,
        benefit.delivery_id,
        benefit.line
    FROM f16_other_public_transfer AS benefit
    INNER JOIN person_index ON person_index.signature_id = benefit.signature_id
    WHERE benefit.document_type IN ('I07-F16-01', 'I27-F16-01')
        AND benefit.transfer_code IN ('job_seeker_allowance', 'extended_allowance')
        AND benefit.period IS NOT NULL
        AND person_index.person_id IS NOT NULL
),
ranked AS (
    SELECT
        person_id,
        month,
        document_type,
        CAST(sum(amount) AS BIGINT) AS amount,
        min(entitled_from) AS entitled_from,
        row_number() OVER (PARTITION BY person_id, month ORDER BY document_type) AS place
    FROM benefit_row
    GROUP BY person_id, month, document_type
),
claimed AS (
    SELECT
        ranked.person_id,
        ranked.month,
        ranked.document_type,
        ranked.amount,
        ranked.entitled_from,
        -- Whole days, rounded up.
        (ranked.amount + daily_cap.amount - 1) // daily_cap.amount AS days_paid,
        CAST(extract(DAY FROM last_day(ranked.month)) AS BIGINT) AS days_of_month
    FROM ranked
    CROSS JOIN daily_cap
    WHERE ranked.place = 1 AND ranked.amount > 0
),
claimant AS (
    SELECT person_index.signature_id, person_index.person_id
    FROM person_index
    INNER JOIN (SELECT DISTINCT person_id FROM claimed) AS claimant
        ON claimant.person_id = person_index.person_id
),
work_row AS (
    SELECT
        claimant.person_id,
        CAST(date_trunc('month', wage.period) AS DATE) AS month,
        'wage' AS source,
        CAST(wage.days_worked AS BIGINT) AS days,
        CAST(NULL AS DATE) AS worked_on,
        wage.document_type,
        wage.delivery_id,
        wage.line
    FROM f12_daily_wage_income AS wage
    INNER JOIN claimant ON claimant.signature_id = wage.signature_id
    WHERE wage.document_type IN ('I03-F12-01', 'I03-F12-02') AND wage.days_worked > 0
    UNION ALL
    SELECT claimant.person_id, CAST(date_trunc('month', job.hired_on) AS DATE), 'day', NULL,
        job.hired_on, job.document_type, job.delivery_id, job.line
    FROM f10_employment_record AS job
    INNER JOIN claimant ON claimant.signature_id = job.signature_id
    WHERE job.document_type = 'I27-F10-03' AND job.hired_on IS NOT NULL
    UNION ALL
    SELECT claimed.person_id, claimed.month, 'insured_job', claimed.days_of_month, NULL,
        job.document_type, job.delivery_id, job.line
    FROM f18_insurance_membership AS job
    INNER JOIN claimant ON claimant.signature_id = job.signature_id
    INNER JOIN claimed
        ON claimed.person_id = claimant.person_id
        AND job.acquired_on >= claimed.entitled_from
        AND job.acquired_on <= claimed.month
        AND (job.lost_on IS NULL OR job.lost_on > last_day(claimed.month))
    WHERE job.document_type = 'I26-F18-01'
        AND job.member_type IN ('regular', 'fixed_term', 'part_time')
),
worked AS (
    SELECT
        person_id,
        month,
        CASE
            WHEN source = 'day' THEN count(DISTINCT worked_on)
            WHEN source = 'wage' THEN sum(days)
            ELSE max(days)
        END AS days
    FROM work_row
    GROUP BY person_id, month, source
),
most_worked AS (
    SELECT person_id, month, CAST(max(days) AS BIGINT) AS days
    FROM worked
    GROUP BY person_id, month
),
judged AS (
    SELECT
        claimed.person_id,
        claimed.month,
        claimed.document_type,
        claimed.amount,
        claimed.days_paid,
        claimed.days_of_month,
        least(most_worked.days, claimed.days_of_month) AS days_worked
    FROM claimed
    INNER JOIN most_worked
        ON most_worked.person_id = claimed.person_id AND most_worked.month = claimed.month
    WHERE claimed.days_paid <= claimed.days_of_month
),
month_found AS (
    SELECT
        judged.person_id,
        'P133' AS programme_code,
        judged.month AS first_month,
        judged.month,
        judged.document_type,
        judged.amount * (judged.days_paid + judged.days_worked - judged.days_of_month)
        // judged.days_paid AS amount,
        'paid ' || CAST(judged.amount AS VARCHAR) || ' for at least '
        || CAST(judged.days_paid AS VARCHAR) || ' days; worked '
        || CAST(judged.days_worked AS VARCHAR) || ' days' AS statement
    FROM judged
    CROSS JOIN d18_setting AS setting
    WHERE judged.days_paid + judged.days_worked
        > judged.days_of_month + setting.tolerance_days
),
month_evidence AS (
    SELECT
        month_found.person_id,
        month_found.programme_code,
        month_found.month,
        'benefit' AS role,
        benefit_row.document_type,
        benefit_row.delivery_id,
        benefit_row.line
    FROM month_found
    INNER JOIN benefit_row
        ON benefit_row.person_id = month_found.person_id
        AND benefit_row.month = month_found.month
        AND benefit_row.document_type = month_found.document_type
    UNION ALL
    SELECT month_found.person_id, month_found.programme_code, month_found.month, 'work',
        work_row.document_type, work_row.delivery_id, work_row.line
    FROM month_found
    INNER JOIN work_row
        ON work_row.person_id = month_found.person_id AND work_row.month = month_found.month
),
{{person_month_rows}}
