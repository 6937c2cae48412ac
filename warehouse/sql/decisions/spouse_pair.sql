-- One row: two people whom a source calls spouses, once from each side. source_rank 1: head and spouse
-- of one household; 2: the family register's current spouse.
-- Who is missing: spouses whom neither source names, or whose number nobody has.
-- Which source wins: none here; who reads it takes the lowest source_rank, then the lowest ID.
SELECT head_person_id AS person_id, person_id AS spouse_id, 1 AS source_rank
FROM assistance_unit_member
WHERE relation_to_head IN ('spouse', 'de_facto_spouse') AND head_person_id <> person_id
UNION ALL
SELECT person_id, head_person_id, 1
FROM assistance_unit_member
WHERE relation_to_head IN ('spouse', 'de_facto_spouse') AND head_person_id <> person_id
UNION ALL
SELECT person_index.person_id, relative.person_id, 2
FROM f03_family_relation
CROSS JOIN night
INNER JOIN person_index ON person_index.signature_id = f03_family_relation.signature_id
INNER JOIN person_token AS relative
    ON relative.national_id_token = f03_family_relation.relative_national_id_token
WHERE f03_family_relation.document_type = 'I02-F03-01'
    AND f03_family_relation.relation = 'spouse'
    AND f03_family_relation.event = 'current'
    AND (
        f03_family_relation.ended_on IS NULL OR f03_family_relation.ended_on > night.as_of
    )
ORDER BY person_id, source_rank, spouse_id
