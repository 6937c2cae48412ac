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
),

told AS (
    SELECT
        household_id,
        arg_max(person_id, (coalesce(valid_from, DATE '0001-01-01'), person_id))
            FILTER (relation_to_head = 'head') AS head_person_id,
        count(DISTINCT person_id) AS size,
        arg_max(legal_dong_code, valid_from) FILTER (relation_to_head = 'head') AS legal_dong_code
    FROM current_member
    GROUP BY household_id
),

-- What most members say, of the households whose head says nothing.
counted AS (
    SELECT
        m.household_id,
        mode(m.head_person_id ORDER BY m.head_person_id) AS head_person_id,
        mode(m.legal_dong_code ORDER BY m.legal_dong_code) AS legal_dong_code
    FROM current_member AS m
    JOIN told AS t USING (household_id)
    WHERE t.head_person_id IS NULL OR t.legal_dong_code IS NULL
    GROUP BY m.household_id
)

SELECT
    t.household_id,
    coalesce(t.head_person_id, c.head_person_id) AS head_person_id,
    t.size,
    coalesce(t.legal_dong_code, c.legal_dong_code) AS legal_dong_code
FROM told AS t
LEFT JOIN counted AS c USING (household_id)
ORDER BY t.household_id
