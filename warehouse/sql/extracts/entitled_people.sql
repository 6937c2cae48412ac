-- One row: a person entitled to a programme of one ministry, as decided on the night's date. A decision
-- about an assistance unit gives a row for each counted member; its amount stands on one of them only.
-- Who is missing: people whose decision is ineligible or undetermined, or who are excluded by another
-- programme, and other ministries' programmes.
-- Which source wins: decision. Ids are those of the hub: they are replaced before anything leaves.
WITH entitled AS (
    SELECT
        decision.*,
        decision.subject_kind IN ('person', 'child', 'couple') AS is_about_a_person
    FROM decision
    WHERE decision.outcome = 'eligible'
        AND NOT decision.is_excluded
        AND decision.programme_code IN ({{programmes}})
),
person_of AS (
    SELECT
        entitled.subject_id,
        entitled.subject_kind,
        entitled.programme_code,
        CAST(unit.person_id AS VARCHAR) AS person_id
    FROM entitled
    INNER JOIN assistance_unit_member AS unit
        ON CAST(unit.household_id AS VARCHAR) = entitled.subject_id AND unit.is_counted
    WHERE NOT entitled.is_about_a_person
    UNION ALL
    SELECT subject_id, subject_kind, programme_code, subject_id
    FROM entitled
    WHERE is_about_a_person
),
placed AS (
    SELECT
        person_of.*,
        row_number() OVER (
            PARTITION BY subject_kind, subject_id, programme_code ORDER BY person_id
        ) AS place
    FROM person_of
)
SELECT
    placed.person_id,
    placed.subject_id,
    entitled.subject_kind,
    entitled.programme_code,
    entitled.as_of,
    placed.place = 1 AS is_first_of_subject,
    CASE WHEN placed.place = 1 THEN entitled.payable_amount END AS amount,
    entitled.is_received,
    entitled.rule_version,
    md5(placed.person_id) AS person_digest,
    md5(placed.subject_id) AS subject_digest
FROM placed
INNER JOIN entitled
    ON entitled.subject_id = placed.subject_id
    AND entitled.subject_kind = placed.subject_kind
    AND entitled.programme_code = placed.programme_code
ORDER BY entitled.programme_code, placed.subject_id, placed.person_id
