-- One row is a person's place in a unit on the night's date: in the registered household, the dwelling
-- and each family of assistance units, at most one unit a family. `member` names person and family in
-- the history. valid_from is since when the source says so.
-- Missing: the dead, and people in no unit of a family; household_coverage counts them by reason.
-- Which source wins: the SQL of each family says.
-- Not sorted: only the steps after it read it.
WITH rule AS (
    SELECT
        max(CASE WHEN unit_family = 'child' AND rule = 'age_limit' THEN value END) AS child_age_limit,
        max(CASE WHEN unit_family = 'housing_youth' AND rule = 'youth_from_age' THEN value END)
            AS youth_from_age,
        max(CASE WHEN unit_family = 'housing_youth' AND rule = 'youth_age_limit' THEN value END)
            AS youth_age_limit
    FROM unit_rule
),
admitted AS (
    SELECT absence.person_id
    FROM absence
    WHERE absence.reason = 'facility_resident'
),
told AS (
    SELECT
        'registered_household' AS unit_family, residence.household_id AS unit_id, residence.person_id,
        coalesce(residence.relation_to_head, 'unknown') AS role,
        coalesce(residence.relation_to_head, '') <> 'cohabitant' AS is_counted,
        CASE residence.relation_to_head WHEN 'cohabitant' THEN 'lodger' ELSE 'same_register' END AS reason,
        CASE WHEN losing.person_id IS NULL THEN 'known' ELSE 'conflict' END AS status,
        residence.document_type, residence.delivery_id, residence.line, residence.valid_from
    FROM residence
    LEFT JOIN (SELECT DISTINCT person_id FROM household_conflict WHERE reason = 'double_registration')
        AS losing ON losing.person_id = residence.person_id
    WHERE residence.household_id IS NOT NULL
    UNION ALL
    SELECT
        'dwelling', dwelling.dwelling_id, residence.person_id,
        CASE WHEN admitted.person_id IS NOT NULL THEN 'facility_resident' ELSE 'resident' END,
        TRUE,
        CASE WHEN dwelling.is_institution THEN dwelling.institution_reason ELSE 'same_address' END,
        'known',
        residence.document_type, residence.delivery_id, residence.line, residence.valid_from
    FROM residence
    INNER JOIN dwelling ON dwelling.address_key = residence.address_key
    LEFT JOIN admitted ON admitted.person_id = residence.person_id
    UNION ALL
    SELECT
        'basic_livelihood', unit_id, person_id, role, is_counted, reason, status,
        document_type, delivery_id, line, valid_from
    FROM basic_livelihood_member
    UNION ALL
    -- A child of a unit who lives in another town is paid apart, under the ID of their own household.
    SELECT
        'housing_youth', member.home_household_id, member.person_id, 'youth', member.is_counted,
        'youth_apart', member.status,
        member.document_type, member.delivery_id, member.line, member.valid_from
    FROM basic_livelihood_member AS member
    CROSS JOIN rule
    INNER JOIN household AS own ON own.household_id = member.home_household_id
    INNER JOIN household AS of_unit ON of_unit.household_id = member.unit_id
    WHERE member.place_reason IN ('student_away', 'child_elsewhere')
        AND member.home_household_id IS NOT NULL
        AND member.age_years >= rule.youth_from_age AND member.age_years < rule.youth_age_limit
        AND substr(own.legal_dong_code, 1, 5) <> substr(of_unit.legal_dong_code, 1, 5)
    UNION ALL
    SELECT
        'basic_pension', unit_name.unit_id, pension_member.person_id, pension_member.role, TRUE,
        pension_member.reason, pension_member.status,
        coalesce(pension_member.document_type, residence.document_type),
        coalesce(pension_member.delivery_id, residence.delivery_id),
        coalesce(pension_member.line, residence.line), pension_member.valid_from
    FROM pension_member
    INNER JOIN unit_name
        ON unit_name.unit_family = 'basic_pension' AND unit_name.member = pension_member.person_id
    LEFT JOIN residence ON residence.person_id = pension_member.person_id
    UNION ALL
    SELECT
        'child', person.person_id, person.person_id, 'child', TRUE, 'below_age_limit', 'known',
        residence.document_type, residence.delivery_id, residence.line, person.birth_date
    FROM person
    CROSS JOIN night
    CROSS JOIN rule
    INNER JOIN household_standing ON household_standing.person_id = person.person_id
    LEFT JOIN residence ON residence.person_id = person.person_id
    WHERE (person.death_date IS NULL OR person.death_date > night.as_of)
        AND household_standing.standing <> 'registration_cancelled'
        AND CAST(person.birth_date + rule.child_age_limit * INTERVAL '1' YEAR AS DATE) > night.as_of
    UNION ALL
    SELECT
        'single_parent', unit_name.unit_id, raised.person_id, raised.role, TRUE, raised.reason,
        raised.status, raised.document_type, raised.delivery_id, raised.line, raised.valid_from
    FROM single_parent_member AS raised
    INNER JOIN unit_name
        ON unit_name.unit_family = 'single_parent' AND unit_name.member = raised.person_id
)
SELECT
    md5_number_lower(concat(unit_family, '/', person_id)) AS member,
    told.*
FROM told
