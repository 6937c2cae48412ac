-- One row is a kind of unit and a reason, how many people it explains, and their share of the people
-- asked (ppm). is_assigned: the reason is one for which they are in a unit. Asked are all living people;
-- of the kinds that only some need, those whom the reasons 'not_asked' leave out are told too.
-- Every person of the index is in exactly one row of each kind. Nobody is missing.
WITH family AS (
    SELECT unit_family FROM unit_family
    UNION ALL
    SELECT 'registered_household'
    UNION ALL
    SELECT 'dwelling'
),
asked AS (
    SELECT
        family.unit_family,
        household_standing.person_id,
        household_standing.standing,
        family.unit_family IN ('registered_household', 'dwelling', 'basic_livelihood') AS is_for_all
    FROM household_standing
    CROSS JOIN family
),
explained AS (
    SELECT
        asked.unit_family,
        asked.person_id,
        tonight.person_id IS NOT NULL AS is_assigned,
        CASE
            WHEN asked.standing = 'dead' THEN 'dead'
            WHEN tonight.person_id IS NOT NULL
                THEN CASE
                    WHEN tonight.is_counted AND tonight.status = 'conflict' THEN 'member_in_conflict'
                    WHEN tonight.is_counted AND tonight.status = 'assumed' THEN 'member_assumed'
                    WHEN tonight.is_counted THEN 'member'
                    ELSE concat('not_counted_', tonight.reason)
                END
            WHEN NOT asked.is_for_all THEN 'not_asked'
            WHEN asked.standing = 'member' THEN 'no_address'
            ELSE asked.standing
        END AS reason
    FROM asked
    LEFT JOIN unit_member_tonight AS tonight
        ON tonight.person_id = asked.person_id AND tonight.unit_family = asked.unit_family
),
counted AS (
    SELECT
        unit_family, reason, max(CASE WHEN is_assigned THEN 1 ELSE 0 END) = 1 AS is_assigned,
        count(*) AS people
    FROM explained
    GROUP BY unit_family, reason
)
SELECT
    counted.unit_family,
    counted.reason,
    counted.is_assigned,
    counted.people,
    CASE
        WHEN counted.reason NOT IN ('dead', 'not_asked')
            THEN CAST(
                counted.people * 1000000 // sum(
                    CASE WHEN counted.reason IN ('dead', 'not_asked') THEN 0 ELSE counted.people END
                ) OVER (PARTITION BY counted.unit_family) AS BIGINT
            )
    END AS share_ppm
FROM counted
ORDER BY counted.unit_family, counted.is_assigned DESC, counted.people DESC, counted.reason
