-- One row is a person of tonight's index. Birth date and sex: the resident register (its full file
-- first, then the latest change), then the foreigner register, then what most rows say, those of
-- the registers before others and linked ones last. Death:
-- only what the resident and the family register record and did not cancel; notices of hospitals,
-- crematoria or insurers are signals, not deaths. is_foreign: a stay under the foreigner register
-- that no naturalisation ended, and no active resident registration. Address: the latest residence
-- spell that names a legal district. Missing: signatures that name nobody.
-- Birth dates of signatures before 1880 or after the night count as none.
WITH known AS MATERIALIZED (
    -- Whom the registers name: the index is searched for them once.
    SELECT i.signature_id, i.person_id
    FROM person_index AS i
    SEMI JOIN (
        SELECT signature_id FROM f01_person_identity
        UNION ALL
        SELECT signature_id FROM f02_resident_household_address
        UNION ALL
        SELECT signature_id FROM f04_vital_event
        UNION ALL
        SELECT signature_id FROM f05_foreigner_nationality
    ) AS f ON f.signature_id = i.signature_id
),

registered_statement AS (
    SELECT
        i.person_id,
        f.birth_date,
        CASE WHEN f.sex IN ('male', 'M') THEN 'male' WHEN f.sex IN ('female', 'F') THEN 'female' END
            AS sex,
        CASE WHEN f.document_type = 'I01-F01-01' THEN 0
            WHEN f.document_type LIKE 'I01-%' THEN 1 ELSE 3 END AS trust,
        f.valid_from,
        f.made_at,
        1 AS row_count
    FROM f01_person_identity AS f
    JOIN known AS i USING (signature_id)
    UNION ALL
    SELECT i.person_id, f.birth_date, NULL, 2, f.valid_from, f.made_at, 1
    FROM f05_foreigner_nationality AS f
    JOIN known AS i USING (signature_id)
),

-- Of most people the registers say both, and what others say is not asked for.
described_by_register AS (
    SELECT person_id
    FROM registered_statement
    GROUP BY person_id
    HAVING count(birth_date) > 0 AND count(sex) > 0
),

asked_signature AS MATERIALIZED (
    SELECT i.signature_id, i.person_id, i.match_kind
    FROM person_index AS i
    ANTI JOIN described_by_register AS r ON r.person_id = i.person_id
    WHERE i.person_id IS NOT NULL
),

stated AS (
    SELECT * FROM registered_statement
    UNION ALL
    SELECT
        i.person_id,
        CASE WHEN s.birth_date BETWEEN DATE '1880-01-01' AND n.as_of THEN s.birth_date END,
        CASE WHEN s.sex IN ('male', 'female') THEN s.sex END,
        CASE WHEN r.signature_id IS NOT NULL THEN 4 WHEN i.match_kind = 'linked' THEN 6 ELSE 5 END,
        NULL,
        NULL,
        coalesce(s.row_count, 1)
    FROM asked_signature AS i
    JOIN said_signature AS s ON s.signature_id = i.signature_id
    LEFT JOIN register_signature AS r ON r.signature_id = i.signature_id
    CROSS JOIN night AS n
),

birth AS (
    SELECT person_id, birth_date
    FROM stated
    WHERE birth_date IS NOT NULL
    GROUP BY person_id, birth_date, trust
    QUALIFY row_number() OVER (
        PARTITION BY person_id
        ORDER BY trust, max(valid_from) DESC NULLS LAST, max(made_at) DESC NULLS LAST,
            sum(row_count) DESC, birth_date
    ) = 1
),

sex_of AS (
    SELECT person_id, sex
    FROM stated
    WHERE sex IS NOT NULL
    GROUP BY person_id, sex, trust
    QUALIFY row_number() OVER (
        PARTITION BY person_id
        ORDER BY trust, max(valid_from) DESC NULLS LAST, max(made_at) DESC NULLS LAST,
            sum(row_count) DESC, sex
    ) = 1
),

-- The night's date comes in by a join: DuckDB 2.0.0 fails on a scalar subquery here when a column is
-- wholly null.
registered_event AS (
    SELECT
        i.person_id,
        f.occurred_on AS died_on,
        f.event IN ('death_cancelled', 'declaration_revoked') AS is_cancelled,
        -- A corrected day declares nobody dead whose death no record states.
        f.event = 'death_date_corrected' AS is_correction,
        coalesce(f.reported_on, f.occurred_on) AS stated_on,
        f.made_at,
        f.document_type,
        f.line
    FROM f04_vital_event AS f
    JOIN known AS i USING (signature_id)
    WHERE
        (f.document_type LIKE 'I01-%' OR f.document_type LIKE 'I02-%')
        AND f.event IN (
            'death', 'death_abroad', 'death_found', 'adjudged_missing', 'presumed_death',
            'death_date_corrected', 'death_cancelled', 'declaration_revoked'
        )
        AND coalesce(f.record_action, 'new') <> 'cancel'
    UNION ALL
    SELECT i.person_id, f.changed_on, false, false, f.changed_on, f.made_at, f.document_type, f.line
    FROM f01_person_identity AS f
    JOIN known AS i USING (signature_id)
    WHERE f.document_type LIKE 'I01-%' AND f.status = 'dead'
),

death_event AS (
    SELECT e.*
    FROM registered_event AS e
    JOIN night AS n ON e.died_on IS NULL OR e.died_on <= n.as_of
),

last_word AS (
    SELECT
        person_id,
        max(stated_on) FILTER (is_cancelled) AS cancelled_on,
        max(stated_on) FILTER (NOT is_cancelled AND NOT is_correction) AS declared_on
    FROM death_event
    GROUP BY person_id
),

death AS (
    SELECT e.person_id, e.died_on AS death_date
    FROM death_event AS e
    JOIN last_word AS w USING (person_id)
    WHERE
        NOT e.is_cancelled
        AND w.declared_on IS NOT NULL
        AND (w.cancelled_on IS NULL OR w.declared_on > w.cancelled_on)
    -- The register's status repeats the death with the day of the entry: an event knows the day.
    QUALIFY row_number() OVER (
        PARTITION BY e.person_id
        ORDER BY
            e.document_type LIKE '%-F04-%' DESC,
            e.stated_on DESC,
            e.made_at DESC,
            e.document_type,
            e.line DESC
    ) = 1
),

registered AS (
    SELECT DISTINCT i.person_id
    FROM f01_person_identity AS f
    JOIN known AS i USING (signature_id)
    WHERE
        f.document_type LIKE 'I01-%'
        AND coalesce(f.status, 'active') <> 'cancelled'
),

stay AS (
    SELECT
        i.person_id,
        bool_or(f.naturalised_on <= (SELECT as_of FROM night) OR f.new_national_id_token IS NOT NULL)
            AS is_naturalised
    FROM f05_foreigner_nationality AS f
    JOIN known AS i USING (signature_id)
    WHERE f.document_type LIKE 'I04-%'
    GROUP BY i.person_id
),

residence AS (
    SELECT i.person_id, f.legal_dong_code
    FROM f02_resident_household_address AS f
    JOIN known AS i USING (signature_id)
    WHERE
        f.legal_dong_code IS NOT NULL
        AND f.document_type LIKE 'I01-%'
        AND (f.valid_from IS NULL OR f.valid_from <= (SELECT as_of FROM night))
    QUALIFY row_number() OVER (
        PARTITION BY i.person_id
        ORDER BY
            f.valid_from DESC NULLS LAST,
            f.made_at DESC,
            f.document_type,
            f.legal_dong_code
    ) = 1
)

SELECT
    p.person_id,
    b.birth_date,
    x.sex,
    coalesce(NOT s.is_naturalised, s.person_id IS NOT NULL) AND r.person_id IS NULL AS is_foreign,
    d.death_date,
    a.legal_dong_code
FROM (SELECT DISTINCT person_id FROM person_index WHERE person_id IS NOT NULL) AS p
LEFT JOIN birth AS b USING (person_id)
LEFT JOIN sex_of AS x USING (person_id)
LEFT JOIN death AS d USING (person_id)
LEFT JOIN registered AS r ON r.person_id = p.person_id
LEFT JOIN stay AS s ON s.person_id = p.person_id
LEFT JOIN residence AS a ON a.person_id = p.person_id
ORDER BY p.person_id
