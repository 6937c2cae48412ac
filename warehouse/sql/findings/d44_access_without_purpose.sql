-- One row: one access by which an official's reading of personal data in a month needs the privacy
-- officer's eye:
--   no case: several people read without a case, or under one that was not open then or is about
--   somebody else, for a purpose that needs one;
--   outside area: several people of other areas read, without such a case;
--   self, relative, household: the official's own data or those of the family;
--   volume: a day of far more people than the role usually reads.
-- Evidence is the row of the log (document_type 'access_entry', delivery_id its id).
-- Who is missing: reading for an application, a consultation or a certificate, which needs no case but
-- happens in the official's own area; emergency access but for one's family; jobs of the hub itself,
-- which act under no official's name.
-- Which source wins: the log of accesses.
WITH read_entry AS (
    SELECT
        access_entry.*,
        CAST(access_entry.happened_at AS DATE) AS read_on,
        CAST(date_trunc('month', access_entry.happened_at) AS DATE) AS month,
        official.area_code,
        official.role
    FROM access_entry
    CROSS JOIN night
    CROSS JOIN d44_setting AS setting
    INNER JOIN official
        ON official.actor = access_entry.actor
        AND official.valid_from <= CAST(access_entry.happened_at AS DATE)
        AND (
            official.valid_to IS NULL OR official.valid_to >= CAST(access_entry.happened_at AS DATE)
        )
    WHERE access_entry.person_id IS NOT NULL
        AND CAST(access_entry.happened_at AS DATE) <= night.as_of
        AND CAST(access_entry.happened_at AS DATE) >= CAST(
            night.month - to_months(CAST(setting.lookback_months AS INTEGER)) AS DATE
        )
),
judged AS (
    SELECT
        read_entry.*,
        known_case.case_id IS NOT NULL AS has_case,
        coalesce(read_entry.purpose, '') IN ('application', 'consultation', 'certificate')
            AS needs_no_case,
        read_entry.area_code = ''
        OR coalesce(person.legal_dong_code, read_entry.area_code) LIKE read_entry.area_code || '%'
            AS is_in_area
    FROM read_entry
    CROSS JOIN d44_setting AS setting
    LEFT JOIN person ON person.person_id = read_entry.person_id
    LEFT JOIN known_case
        ON known_case.case_id = read_entry.case_id
        AND (known_case.person_id IS NULL OR known_case.person_id = read_entry.person_id)
        AND known_case.opened_on <= read_entry.read_on
        AND (
            known_case.closed_on IS NULL
            OR read_entry.read_on <= CAST(
                known_case.closed_on + to_days(CAST(setting.case_grace_days AS INTEGER)) AS DATE
            )
        )
),
doubted AS (
    SELECT
        entry_id,
        actor,
        month,
        person_id,
        CASE WHEN is_in_area THEN 'no case' ELSE 'outside area' END AS pattern
    FROM judged
    WHERE NOT has_case
        AND NOT is_break_glass
        AND (NOT needs_no_case OR NOT is_in_area)
),
repeated AS (
    SELECT doubted.actor, doubted.month, doubted.person_id, doubted.entry_id, doubted.pattern
    FROM doubted
    CROSS JOIN d44_setting AS setting
    INNER JOIN (
        SELECT actor, month, pattern, count(DISTINCT person_id) AS people
        FROM doubted
        GROUP BY actor, month, pattern
    ) AS counted
        ON counted.actor = doubted.actor
        AND counted.month = doubted.month
        AND counted.pattern = doubted.pattern
    WHERE counted.people >= setting.least_people
),
family AS (
    SELECT read_entry.actor, read_entry.month, read_entry.person_id, read_entry.entry_id,
        kin.kinship AS pattern
    FROM read_entry
    INNER JOIN (
        SELECT actor, person_id, max(kinship) AS kinship FROM official_kin GROUP BY actor, person_id
    ) AS kin ON kin.actor = read_entry.actor AND kin.person_id = read_entry.person_id
),
of_day AS (
    SELECT actor, role, month, read_on, count(DISTINCT person_id) AS people
    FROM read_entry
    GROUP BY actor, role, month, read_on
),
of_role AS (
    SELECT role, median(people) AS median_people
    FROM of_day
    GROUP BY role
),
voluminous AS (
    SELECT of_day.actor, of_day.month, of_day.read_on
    FROM of_day
    CROSS JOIN d44_setting AS setting
    INNER JOIN of_role ON of_role.role = of_day.role
    WHERE of_day.people > setting.volume_people
        AND of_day.people > setting.volume_times * of_role.median_people
),
shown AS (
    SELECT actor, month, person_id, entry_id, pattern FROM repeated
    UNION ALL
    SELECT actor, month, person_id, entry_id, pattern FROM family
    UNION ALL
    SELECT read_entry.actor, read_entry.month, read_entry.person_id, read_entry.entry_id, 'volume'
    FROM voluminous
    INNER JOIN read_entry
        ON read_entry.actor = voluminous.actor AND read_entry.read_on = voluminous.read_on
),
told AS (
    SELECT actor, month, pattern, count(DISTINCT person_id) AS people
    FROM shown
    GROUP BY actor, month, pattern
),
found AS (
    SELECT
        actor AS subject_id,
        CAST(NULL AS VARCHAR) AS person_id,
        CAST(NULL AS VARCHAR) AS programme_code,
        CAST(NULL AS VARCHAR) AS other_programme_code,
        month AS period,
        month AS first_period,
        month AS last_period,
        CAST(NULL AS BIGINT) AS amount_at_stake,
        string_agg(pattern || ' ' || CAST(people AS VARCHAR), ', ' ORDER BY pattern) AS statement
    FROM told
    GROUP BY actor, month
),
evidence AS (
    SELECT
        actor AS subject_id,
        CAST(NULL AS VARCHAR) AS programme_code,
        CAST(NULL AS VARCHAR) AS other_programme_code,
        month AS period,
        pattern AS role,
        'access_entry' AS document_type,
        entry_id AS delivery_id,
        CAST(NULL AS BIGINT) AS line
    FROM shown
)
{{finding_rows}}
