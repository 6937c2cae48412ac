-- One row: a member of an assistance unit of the basic livelihood benefits (보장가구), and whether
-- welfare law counts them in it: the people of the registered household, spouses and unmarried young
-- children who live elsewhere. Not counted (exclusion says why): lodgers, people in custody,
-- conscripts, facility residents, people long abroad, missing or of unknown residence.
-- Who is missing: people in no unit (household_coverage says why), and the dead.
-- Which source wins: see basic_livelihood_member, of which this is the form that programmes read.
SELECT
    unit_id AS household_id,
    person_id,
    head_person_id,
    role AS relation_to_head,
    age_years,
    exclusion,
    is_counted,
    role,
    reason,
    status,
    document_type,
    delivery_id,
    line
FROM basic_livelihood_member
ORDER BY household_id, person_id
