-- One row is a member of a unit of the basic pension: a person of the age of the pension, and their
-- spouse of any age. Missing: couples and single people below that age, and the dead.
-- Which source wins: couple.
-- Not sorted: only the steps after it read it.
WITH rule AS (
    SELECT max(value) AS from_age
    FROM unit_rule
    WHERE unit_family = 'basic_pension' AND rule = 'from_age'
),
aged AS (
    SELECT
        person.person_id,
        CAST(person.birth_date + rule.from_age * INTERVAL '1' YEAR AS DATE) AS of_age_on,
        CAST(person.birth_date + rule.from_age * INTERVAL '1' YEAR AS DATE) <= night.as_of AS is_of_age
    FROM person
    CROSS JOIN night
    CROSS JOIN rule
    WHERE person.death_date IS NULL OR person.death_date > night.as_of
),
spouse AS (
    SELECT person_id, spouse_id, relation, status, reason, valid_from, document_type, delivery_id, line
    FROM couple
    UNION ALL
    SELECT spouse_id, person_id, relation, status, reason, valid_from, document_type, delivery_id, line
    FROM couple
)
SELECT
    one.person_id,
    coalesce(least(one.person_id, spouse.spouse_id), one.person_id) AS cluster,
    CASE
        WHEN spouse.person_id IS NULL THEN 'single'
        WHEN one.is_of_age THEN 'applicant'
        ELSE 'younger_spouse'
    END AS role,
    CASE
        WHEN spouse.person_id IS NULL THEN 'no_spouse'
        WHEN spouse.relation = 'de_facto_spouse' THEN 'de_facto_couple'
        ELSE 'couple'
    END AS reason,
    coalesce(spouse.status, 'known') AS status,
    -- The unit begins when the first of the two is of age and both are together.
    greatest(
        least(one.of_age_on, coalesce(other.of_age_on, one.of_age_on)),
        coalesce(spouse.valid_from, one.of_age_on)
    ) AS valid_from,
    spouse.document_type, spouse.delivery_id, spouse.line
FROM aged AS one
LEFT JOIN spouse ON spouse.person_id = one.person_id
LEFT JOIN aged AS other ON other.person_id = spouse.spouse_id
WHERE one.is_of_age OR coalesce(other.is_of_age, FALSE)
