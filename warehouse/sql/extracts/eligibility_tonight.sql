-- One row: a person and a programme that the person is entitled to, or excluded from because another
-- programme stays instead, as decided on the night's date. A decision about an assistance unit gives a
-- row for each counted member; its amount stands on one of them only. Ids are digests (MD5), and are
-- replaced by a ministry's own pseudonyms before anything leaves.
-- Who is missing: people whose decision is ineligible or undetermined.
-- Which source wins: decision.
WITH standing AS (
    SELECT
        decision.subject_id,
        decision.subject_kind,
        decision.programme_code,
        decision.is_excluded,
        decision.is_received,
        decision.payable_amount,
        decision.subject_kind IN ('person', 'child', 'couple') AS is_about_a_person
    FROM decision
    WHERE decision.outcome = 'eligible'
),
counted AS (
    SELECT DISTINCT
        CAST(household_id AS VARCHAR) AS subject_id,
        CAST(person_id AS VARCHAR) AS person_id
    FROM assistance_unit_member
    WHERE is_counted
),
placed AS (
    SELECT
        unhex(md5(counted.person_id)) AS person_digest,
        unhex(md5(counted.subject_id)) AS subject_digest,
        counted.subject_id,
        counted.person_id = min(counted.person_id) OVER (PARTITION BY counted.subject_id) AS is_first
    FROM counted
),
person_of AS (
    SELECT standing.*, placed.person_digest, placed.subject_digest, placed.is_first
    FROM standing
    INNER JOIN placed ON placed.subject_id = standing.subject_id
    WHERE NOT standing.is_about_a_person
    UNION ALL
    SELECT standing.*, unhex(md5(standing.subject_id)), unhex(md5(standing.subject_id)), TRUE
    FROM standing
    WHERE standing.is_about_a_person
)
-- In no order: eligibility_standing sorts.
SELECT
    person_digest,
    subject_digest,
    programme_code,
    subject_kind,
    CASE WHEN is_excluded THEN 'excluded' ELSE 'entitled' END AS standing,
    is_first AS is_first_of_subject,
    CASE WHEN is_first AND NOT is_excluded THEN CAST(payable_amount AS BIGINT) END AS amount,
    is_received
FROM person_of
