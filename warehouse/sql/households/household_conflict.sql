-- One row is a person whom the register places in two households on the night's date, and the
-- household that lost: the later move-in wins. reason: 'double_registration' where the losing
-- row was still delivered after the winner's move-in, else 'superseded' (an older row that nobody
-- closed). Missing: people with one household.
WITH placed_twice AS (
    SELECT person_id
    FROM residence_spell
    WHERE moved_out_on IS NULL OR moved_out_on >= (SELECT as_of FROM night)
    GROUP BY person_id
    HAVING min(household_no) <> max(household_no)
),

claim AS (
    SELECT s.*, h.household_id
    FROM residence_spell AS s
    JOIN placed_twice AS t USING (person_id)
    JOIN household_assignment AS h USING (member)
    WHERE s.moved_out_on IS NULL OR s.moved_out_on >= (SELECT as_of FROM night)
),

ranked AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY person_id
            ORDER BY valid_from DESC NULLS LAST, is_winner DESC, made_at DESC, household_no DESC
        ) AS rank
    FROM claim
)

SELECT
    k.person_id,
    k.household_id AS kept_household_id,
    o.household_id AS other_household_id,
    k.valid_from AS kept_moved_in_on,
    o.valid_from AS other_moved_in_on,
    CASE
        WHEN o.made_at::DATE >= coalesce(k.valid_from, o.made_at::DATE) THEN 'double_registration'
        ELSE 'superseded'
    END AS reason,
    k.document_type AS kept_document_type,
    k.delivery_id AS kept_delivery_id,
    k.line AS kept_line,
    o.document_type AS other_document_type,
    o.delivery_id AS other_delivery_id,
    o.line AS other_line
FROM ranked AS k
JOIN ranked AS o ON o.person_id = k.person_id AND o.rank > 1 AND o.household_no <> k.household_no
WHERE k.rank = 1
ORDER BY k.person_id, other_household_id, other_moved_in_on
