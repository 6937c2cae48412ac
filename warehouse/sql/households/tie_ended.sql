-- One row is a tie that a register has ended, and the day: the history closes it from that day on and
-- not only from the night that learns of it. Missing: ties that hold. Which source wins: see
-- parent_tie and spouse_tie.
-- Not sorted: only the steps after it read it.
SELECT
    md5_number_lower(concat('parent/', parent_tie.child_id, '/', parent_tie.parent_id)) AS member,
    parent_tie.valid_to AS valid_from
FROM parent_tie
CROSS JOIN night
WHERE parent_tie.valid_to <= night.as_of
UNION ALL
SELECT
    md5_number_lower(concat('spouse/', spouse_tie.person_id, '/', spouse_tie.spouse_id)),
    spouse_tie.valid_to
FROM spouse_tie
CROSS JOIN night
WHERE spouse_tie.valid_to <= night.as_of
