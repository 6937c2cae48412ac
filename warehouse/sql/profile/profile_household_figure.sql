-- One row: one figure of a registered household's profile that has a record of any member (won),
-- with the document types that it rests on.
-- Who is missing: figures without a record. Which source wins: see profile_figure.
WITH added AS (
    SELECT
        household_member.household_id,
        profile_figure.figure,
        CAST(sum(profile_figure.amount) AS BIGINT) AS amount,
        max(profile_figure.weakness) AS weakness,
        list_sort(list_distinct(flatten(array_agg(profile_figure.sources)))) AS sources
    FROM household_member
    CROSS JOIN night
    INNER JOIN profile_figure ON profile_figure.person_id = household_member.person_id
    WHERE (household_member.valid_from IS NULL OR household_member.valid_from <= night.as_of)
        AND (household_member.valid_to IS NULL OR household_member.valid_to > night.as_of)
    GROUP BY household_member.household_id, profile_figure.figure
)
SELECT
    household_id,
    figure,
    amount,
    CASE weakness WHEN 4 THEN 'conflict' WHEN 3 THEN 'assumed' WHEN 2 THEN 'stale' ELSE 'known' END
        AS status,
    sources
FROM added
ORDER BY household_id, figure
