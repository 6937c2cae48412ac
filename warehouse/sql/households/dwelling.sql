-- One row is an address at which somebody is registered on the night's date: how many people,
-- registered households and families (people tied by kinship or one register count once) live there,
-- and whether it is an institution. institution_reason: 'facility_register' (residents' open
-- admissions), 'many_unrelated_families' (size and missing kinship; a dormitory, a hostel). A dwelling
-- never makes people one family. Missing: addresses where nobody is registered.
-- Which source wins: facility registers (F36), then size; thresholds are in hub/households/units.toml.
WITH settled AS (
    SELECT address_key, person_id, household_id, legal_dong_code
    FROM residence
    WHERE address_key IS NOT NULL
),
admitted AS (
    SELECT
        person_index.person_id, min(stay.facility_kind) AS facility_kind
    FROM f36_facility_residence_or_use AS stay
    CROSS JOIN night
    INNER JOIN person_index ON person_index.signature_id = stay.signature_id
    INNER JOIN residential_facility ON residential_facility.facility_kind = stay.facility_kind
    WHERE (stay.admitted_on IS NULL OR stay.admitted_on <= night.as_of)
        AND (stay.left_on IS NULL OR stay.left_on > night.as_of)
    GROUP BY person_index.person_id
),
crowded AS (
    SELECT address_key
    FROM settled
    GROUP BY address_key
    HAVING count(DISTINCT coalesce(household_id, person_id)) > 1
),
-- Families of a crowded address: a household tied to an earlier one by kinship is not counted again.
tied AS (
    SELECT DISTINCT one.address_key, greatest(one.unit, other.unit) AS unit
    FROM (
        SELECT settled.address_key, settled.person_id, coalesce(settled.household_id, settled.person_id) AS unit
        FROM settled INNER JOIN crowded ON crowded.address_key = settled.address_key
    ) AS one
    INNER JOIN family_graph ON family_graph.person_id = one.person_id AND family_graph.valid_to IS NULL
    INNER JOIN (
        SELECT settled.address_key, settled.person_id, coalesce(settled.household_id, settled.person_id) AS unit
        FROM settled INNER JOIN crowded ON crowded.address_key = settled.address_key
    ) AS other
        ON other.person_id = family_graph.relative_id
        AND other.address_key = one.address_key AND other.unit <> one.unit
),
tied_count AS (
    SELECT address_key, count(*) AS units
    FROM tied
    GROUP BY address_key
),
counted AS (
    SELECT
        settled.address_key,
        min(settled.legal_dong_code) AS legal_dong_code,
        count(*) AS people,
        count(DISTINCT settled.household_id) AS households,
        count(DISTINCT coalesce(settled.household_id, settled.person_id))
        - coalesce(max(tied_count.units), 0) AS families,
        count(admitted.person_id) AS residents,
        mode(admitted.facility_kind ORDER BY admitted.facility_kind) AS facility_kind
    FROM settled
    LEFT JOIN tied_count ON tied_count.address_key = settled.address_key
    LEFT JOIN admitted ON admitted.person_id = settled.person_id
    GROUP BY settled.address_key
),
limits AS (
    SELECT
        max(CASE WHEN rule = 'institution_residents' THEN value END) AS residents,
        max(CASE WHEN rule = 'institution_share' THEN value END) AS share_ppm,
        max(CASE WHEN rule = 'unrelated_families' THEN value END) AS families
    FROM unit_rule
    WHERE unit_family = 'dwelling'
),
recognised AS (
    SELECT
        counted.*,
        CASE
            WHEN counted.residents >= limits.residents
                AND counted.residents * 1000000 >= counted.people * limits.share_ppm
                THEN 'facility_register'
            WHEN counted.families >= limits.families THEN 'many_unrelated_families'
        END AS institution_reason
    FROM counted
    CROSS JOIN limits
)
SELECT
    unit_name.unit_id AS dwelling_id,
    recognised.address_key,
    recognised.legal_dong_code,
    recognised.people,
    recognised.households,
    recognised.families,
    recognised.residents AS facility_residents,
    recognised.institution_reason IS NOT NULL AS is_institution,
    CASE WHEN recognised.institution_reason = 'facility_register' THEN recognised.facility_kind END
        AS institution_kind,
    recognised.institution_reason
FROM recognised
INNER JOIN unit_name
    ON unit_name.unit_family = 'dwelling'
    AND unit_name.member = CAST(recognised.address_key AS VARCHAR)
ORDER BY dwelling_id
