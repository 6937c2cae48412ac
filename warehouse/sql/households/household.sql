-- One row is a registered household on the night's date: who heads it, how many people stand on its
-- register (cohabitants included) and in which legal district it lies. The head is the member whose
-- relation says so (the latest to move in, where several do), else whom most members name; null
-- where nobody says. Missing: households that nobody lives in on that date.
WITH current_member AS (
    SELECT *
    FROM household_member
    WHERE
        (valid_from IS NULL OR valid_from <= (SELECT as_of FROM night))
        AND (valid_to IS NULL OR valid_to >= (SELECT as_of FROM night))
)

SELECT
    household_id,
    coalesce(
        arg_max(person_id, (coalesce(valid_from, DATE '0001-01-01'), person_id))
            FILTER (relation_to_head = 'head'),
        mode(head_person_id ORDER BY head_person_id)
    ) AS head_person_id,
    count(DISTINCT person_id) AS size,
    coalesce(
        arg_max(legal_dong_code, valid_from) FILTER (relation_to_head = 'head'),
        mode(legal_dong_code ORDER BY legal_dong_code)
    ) AS legal_dong_code
FROM current_member
GROUP BY household_id
ORDER BY household_id
