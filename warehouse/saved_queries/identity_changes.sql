-- title: Person IDs that the night merged or split
-- title_ko: 이번 밤에 병합·분리된 개인 식별자
-- explains: Changes of person IDs by kind; merged and split IDs name the other one.
SELECT kind, person_id, other_person_id, signatures
FROM person_event
ORDER BY kind, person_id, other_person_id
