-- One row is a disagreement of sources that decided, or could have decided, in which unit somebody
-- is, with what was kept and what lost; nothing is thrown away. unit_family: registered_household
-- (two registrations), dwelling ('lease_elsewhere': rents and lives at another registered address),
-- family_graph (ties that registers tell differently), couple, basic_livelihood ('parents_apart',
-- 'cohabitant_is_family'). Missing: sources that agree. Which source wins: kept_* are the winner's
-- (null where nothing was decided), other_* the loser's.
WITH spouse_side AS (
    SELECT person_id, spouse_id, is_kept, status, reason, document_type, delivery_id, line, valid_to
    FROM spouse_tie
    UNION ALL
    SELECT spouse_id, person_id, is_kept, status, reason, document_type, delivery_id, line, valid_to
    FROM spouse_tie
),
kept_spouse AS (
    SELECT * FROM spouse_side WHERE is_kept
),
lease AS (
    SELECT
        person_index.person_id, told.address_key, told.document_type, told.delivery_id, told.line,
        row_number() OVER (
            PARTITION BY person_index.person_id, told.address_key
            ORDER BY told.made_at DESC, told.document_type, told.delivery_id DESC, told.line
        ) AS place
    FROM f22_lease_deposit AS told
    CROSS JOIN night
    INNER JOIN person_index ON person_index.signature_id = told.signature_id
    WHERE (told.lease_from IS NULL OR told.lease_from <= night.as_of)
        AND (told.lease_to IS NULL OR told.lease_to >= night.as_of)
)
SELECT
    'registered_household' AS unit_family, person_id, CAST(NULL AS VARCHAR) AS other_person_id,
    kept_household_id AS kept_unit_id, other_household_id AS other_unit_id, reason,
    kept_document_type, kept_delivery_id, kept_line,
    other_document_type, other_delivery_id, other_line
FROM household_conflict
UNION ALL
SELECT
    'dwelling', residence.person_id, NULL, lived.dwelling_id, rented.dwelling_id, 'lease_elsewhere',
    residence.document_type, residence.delivery_id, residence.line,
    lease.document_type, lease.delivery_id, lease.line
FROM lease
INNER JOIN residence ON residence.person_id = lease.person_id
INNER JOIN dwelling AS lived ON lived.address_key = residence.address_key
INNER JOIN dwelling AS rented
    ON rented.address_key = lease.address_key AND rented.dwelling_id <> lived.dwelling_id
WHERE lease.place = 1
UNION ALL
SELECT
    'family_graph', child_id, parent_id, NULL, NULL, reason,
    document_type, delivery_id, line, NULL, NULL, NULL
FROM parent_tie
WHERE status = 'conflict'
UNION ALL
SELECT
    'couple', told.person_id, told.spouse_id, kept.spouse_id,
    CASE WHEN told.is_kept THEN NULL ELSE told.spouse_id END, told.reason,
    kept.document_type, kept.delivery_id, kept.line,
    CASE WHEN told.is_kept THEN NULL ELSE told.document_type END,
    CASE WHEN told.is_kept THEN NULL ELSE told.delivery_id END,
    CASE WHEN told.is_kept THEN NULL ELSE told.line END
FROM spouse_side AS told
LEFT JOIN kept_spouse AS kept ON kept.person_id = told.person_id
WHERE told.status = 'conflict'
    AND (
        NOT told.is_kept
        OR told.reason <> 'several_spouses'
    )
UNION ALL
SELECT
    'basic_livelihood', member.person_id, other_parent.parent_id, member.unit_id,
    other_place.household_id,
    CASE WHEN member.is_parted THEN 'parents_apart' ELSE 'cohabitant_is_family' END,
    member.document_type, member.delivery_id, member.line,
    other_parent.document_type, other_parent.delivery_id, other_parent.line
FROM basic_livelihood_member AS member
LEFT JOIN parent_tie AS other_parent
    ON member.is_parted AND other_parent.child_id = member.person_id
    AND other_parent.parent_id <> member.parent_id
LEFT JOIN livelihood_place AS other_place ON other_place.person_id = other_parent.parent_id
WHERE member.reason = 'cohabitant_is_family'
    OR (member.is_parted AND member.place_reason <> 'own_income')
ORDER BY unit_family, person_id, other_person_id, other_unit_id, reason, other_delivery_id, other_line
