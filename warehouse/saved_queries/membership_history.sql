-- title: History of a person's membership in units
-- title_ko: 한 사람의 가구 단위 소속 이력
-- explains: In which household, dwelling and assistance units the person was, from when to when, and what the hub believed when.
-- set person (code): the person's ID
SELECT
    unit_family,
    unit_id,
    role,
    is_counted,
    reason,
    status,
    valid_from,
    valid_to,
    recorded_from,
    recorded_to,
    document_type,
    delivery_id,
    line
FROM unit_membership
WHERE person_id = $person
ORDER BY unit_family, recorded_from, valid_from
