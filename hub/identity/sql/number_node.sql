-- One row is an ID number that is somebody's: a supported one, or one that an authority names as an
-- earlier or later number of somebody's. node is its place, for the graph of aliases. Missing:
-- polluted numbers, and numbers that stand only in other roles (a landlord, a head of household).
SELECT number, row_number() OVER (ORDER BY number) AS node
FROM (
    SELECT number FROM number_support WHERE support IN ('name', 'birth_date', 'no_name')
    UNION
    SELECT old_number FROM number_alias
    UNION
    SELECT new_number FROM number_alias
)
WHERE number IS NOT NULL
