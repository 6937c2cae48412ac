-- One row: a member of a registered household, and whether welfare law counts them in the
-- assistance unit (보장가구). Not counted: lodgers, people in custody, conscripts.
-- Who is missing: people outside every household of the night's date, and the dead.
-- Which source wins: the resident register. Family members who live elsewhere (students, spouses)
-- are not brought in yet, so that a unit may be smaller than the law's.
WITH ordered AS (
    SELECT
        household_member.household_id,
        household_member.person_id,
        household_member.head_person_id,
        household_member.relation_to_head,
        row_number() OVER (
            PARTITION BY household_member.person_id
            ORDER BY household_member.valid_from DESC NULLS LAST, household_member.household_id
        ) AS place
    FROM household_member
    CROSS JOIN night
    INNER JOIN household ON household.household_id = household_member.household_id
    WHERE (household_member.valid_from IS NULL OR household_member.valid_from <= night.as_of)
        AND (household_member.valid_to IS NULL OR household_member.valid_to > night.as_of)
)
SELECT
    ordered.household_id,
    ordered.person_id,
    ordered.head_person_id,
    coalesce(ordered.relation_to_head, 'unknown') AS relation_to_head,
    person_fact.age_years,
    CASE
        WHEN ordered.relation_to_head = 'cohabitant' THEN 'lodger'
        ELSE person_fact.away_reason
    END AS exclusion,
    person_fact.away_reason IS NULL
    AND coalesce(ordered.relation_to_head, 'unknown') <> 'cohabitant' AS is_counted
FROM ordered
INNER JOIN person_fact ON person_fact.person_id = ordered.person_id
WHERE ordered.place = 1
ORDER BY ordered.household_id, ordered.person_id
