-- One row is a signature that stands in a register itself (residents, households, foreigners): the
-- sources whose name and birth date decide whom an ID number belongs to. Everybody else is missing.
SELECT DISTINCT signature_id
FROM (
    SELECT signature_id FROM f01_person_identity WHERE document_type LIKE 'I01-F01-%'
    UNION ALL
    SELECT signature_id FROM f02_resident_household_address WHERE document_type LIKE 'I01-F02-%'
    UNION ALL
    SELECT signature_id FROM f05_foreigner_nationality WHERE document_type LIKE 'I04-F05-%'
)
WHERE signature_id IS NOT NULL
ORDER BY signature_id
