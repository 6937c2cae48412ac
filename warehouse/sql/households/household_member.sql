-- One row is a person's stay in a registered household, from valid_from to valid_to inclusive (null
-- is open). Earlier households are kept. The resident register is the only source; of two stays the
-- one with the later move-in wins. head_person_id is who the person's own row names, else who is
-- head of the household tonight. Cohabitants (relation_to_head = 'cohabitant') stand on the register
-- too and are left to each programme. Missing: everybody in household_coverage.
WITH stay AS (
    SELECT s.*, h.household_id
    FROM residence_spell AS s
    JOIN household_assignment AS h USING (member)
    WHERE s.valid_to IS NULL OR s.valid_from IS NULL OR s.valid_to >= s.valid_from
),

-- Asked only of households with somebody whose own row names no head.
current_stay AS (
    SELECT s.household_id, s.person_id, s.head_person_id, s.relation_to_head, s.valid_from
    FROM stay AS s
    JOIN (
        SELECT DISTINCT household_id
        FROM stay
        WHERE head_person_id IS NULL AND relation_to_head IS DISTINCT FROM 'head'
    ) AS unnamed USING (household_id)
    WHERE s.valid_to IS NULL OR s.valid_to >= (SELECT as_of FROM night)
),

current_head AS (
    SELECT
        household_id,
        coalesce(
            arg_max(person_id, (coalesce(valid_from, DATE '0001-01-01'), person_id))
                FILTER (relation_to_head = 'head'),
            mode(head_person_id ORDER BY head_person_id)
        ) AS head_person_id
    FROM current_stay
    GROUP BY household_id
)

SELECT
    s.household_id,
    s.person_id,
    CASE
        WHEN s.relation_to_head = 'head' THEN s.person_id
        ELSE coalesce(s.head_person_id, c.head_person_id)
    END AS head_person_id,
    CASE
        WHEN s.relation_to_head IS NULL AND s.person_id = coalesce(s.head_person_id, c.head_person_id)
            THEN 'head'
        ELSE s.relation_to_head
    END AS relation_to_head,
    s.valid_from,
    s.valid_to,
    s.document_type,
    s.delivery_id,
    s.line,
    s.legal_dong_code
FROM stay AS s
LEFT JOIN current_head AS c USING (household_id)
ORDER BY s.household_id, s.person_id, s.valid_from
