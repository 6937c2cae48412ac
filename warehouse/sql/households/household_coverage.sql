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
-- Counted before they are explained: the people of each standing, and those of them in a unit.
standing AS (
    SELECT standing, count(*) AS people
    FROM household_standing
    GROUP BY standing
),
in_unit AS (
    SELECT
        tonight.unit_family, household_standing.standing, tonight.is_counted, tonight.status,
        CASE WHEN NOT tonight.is_counted THEN tonight.reason END AS reason,
        count(*) AS people
    FROM unit_member_tonight AS tonight
    INNER JOIN household_standing ON household_standing.person_id = tonight.person_id
    GROUP BY
        tonight.unit_family, household_standing.standing, tonight.is_counted, tonight.status,
        CASE WHEN NOT tonight.is_counted THEN tonight.reason END
),
placed AS (
    SELECT unit_family, standing, sum(people) AS people
    FROM in_unit
    GROUP BY unit_family, standing
),
explained AS (
    SELECT
        unit_family, TRUE AS is_assigned, people,
        CASE
            WHEN standing = 'dead' THEN 'dead'
            WHEN is_counted AND status = 'conflict' THEN 'member_in_conflict'
            WHEN is_counted AND status = 'assumed' THEN 'member_assumed'
            WHEN is_counted THEN 'member'
            ELSE concat('not_counted_', reason)
        END AS reason
    FROM in_unit
    UNION ALL
    SELECT
        family.unit_family, FALSE, standing.people - coalesce(placed.people, 0),
        CASE
            WHEN standing.standing = 'dead' THEN 'dead'
            WHEN family.unit_family NOT IN ('registered_household', 'dwelling', 'basic_livelihood')
                THEN 'not_asked'
            WHEN standing.standing = 'member' THEN 'no_address'
            ELSE standing.standing
        END
    FROM standing
    CROSS JOIN family
    LEFT JOIN placed
        ON placed.unit_family = family.unit_family AND placed.standing = standing.standing
),
counted AS (
    SELECT
        unit_family, reason, max(CASE WHEN is_assigned THEN 1 ELSE 0 END) = 1 AS is_assigned,
        CAST(sum(people) AS BIGINT) AS people
    FROM explained
    WHERE people > 0
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
