-- One row is a tie that holds on the night's date, as tonight's registers tell it: parent ties (the child
-- first) and spouse ties (the smaller ID first, kept ones). `member` names the tie in the history.
-- Missing: ended ties. Which source wins: see parent_tie and spouse_tie.
-- Not sorted: only the steps after it read it.
SELECT
    md5_number_lower(concat('parent/', parent_tie.child_id, '/', parent_tie.parent_id)) AS member,
    'parent' AS tie_kind, parent_tie.child_id AS person_id, parent_tie.parent_id AS relative_id,
    parent_tie.role AS relation, parent_tie.status, parent_tie.reason,
    parent_tie.document_type, parent_tie.delivery_id, parent_tie.line, parent_tie.valid_from
FROM parent_tie
CROSS JOIN night
WHERE parent_tie.valid_to IS NULL OR parent_tie.valid_to > night.as_of
UNION ALL
SELECT
    md5_number_lower(concat('spouse/', person_id, '/', spouse_id)),
    'spouse', person_id, spouse_id, relation, status, reason,
    document_type, delivery_id, line, valid_from
FROM couple
