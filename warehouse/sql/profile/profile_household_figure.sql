-- One row: one figure of a registered household's profile that has a record of any member (won),
-- with the document types that it rests on.
-- Who is missing: figures without a record. Which source wins: see profile_figure.
WITH member_source AS (
    SELECT
        household_member.household_id,
        profile_figure.figure,
        source_of_figure.source
    FROM household_member
    CROSS JOIN night
    INNER JOIN profile_figure ON profile_figure.person_id = household_member.person_id
    CROSS JOIN unnest(profile_figure.sources) AS source_of_figure(source)
    WHERE (household_member.valid_from IS NULL OR household_member.valid_from <= night.as_of)
        AND (household_member.valid_to IS NULL OR household_member.valid_to > night.as_of)
),
source_list AS (
    SELECT household_id, figure, array_agg(DISTINCT source ORDER BY source) AS sources
    FROM member_source
    GROUP BY household_id, figure
),
added AS (
    SELECT
        household_member.household_id,
        profile_figure.figure,
        CAST(sum(profile_figure.amount) AS BIGINT) AS amount,
        max(profile_figure.weakness) AS weakness
    FROM household_member
    CROSS JOIN night
    INNER JOIN profile_figure ON profile_figure.person_id = household_member.person_id
    WHERE (household_member.valid_from IS NULL OR household_member.valid_from <= night.as_of)
        AND (household_member.valid_to IS NULL OR household_member.valid_to > night.as_of)
    GROUP BY household_member.household_id, profile_figure.figure
)
SELECT
    added.household_id,
    added.figure,
    added.amount,
    CASE added.weakness WHEN 4 THEN 'conflict' WHEN 3 THEN 'assumed' WHEN 2 THEN 'stale' ELSE 'known' END AS status,
    source_list.sources
FROM added
INNER JOIN source_list
    ON source_list.household_id = added.household_id AND source_list.figure = added.figure
ORDER BY added.household_id, added.figure
