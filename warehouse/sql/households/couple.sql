-- One row is a couple on the night's date (the smaller ID first), married or de facto, with the status
-- and source of the tie. The unit of the basic pension rests on it.
-- Missing: pairs that are divorced or widowed, and claims that lost against a better one (all are in
-- spouse_tie and, as conflicts, in unit_conflict). Which source wins: see spouse_tie.
SELECT
    spouse_tie.person_id, spouse_tie.spouse_id, spouse_tie.relation, spouse_tie.status,
    spouse_tie.reason, spouse_tie.valid_from,
    spouse_tie.document_type, spouse_tie.delivery_id, spouse_tie.line
FROM spouse_tie
CROSS JOIN night
WHERE spouse_tie.is_kept
    AND (spouse_tie.valid_to IS NULL OR spouse_tie.valid_to > night.as_of)
ORDER BY spouse_tie.person_id, spouse_tie.spouse_id
