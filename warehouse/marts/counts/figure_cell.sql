-- One row: how many people have one figure of the profile, and how sure it is.
-- Who is missing: people without a record of the figure; cells of fewer people than the smallest
-- that may be told. Counts are rounded. Which source wins: see profile_figure.
SELECT
    profile_figure.figure,
    profile_figure.status,
    count(DISTINCT profile_figure.person_id) AS people
FROM profile_figure
GROUP BY ALL
