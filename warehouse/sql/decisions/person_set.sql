-- One row: a person of whom some record tells a fact; the sets as bit words (bit n of word w is value
-- 64 w + n of the set's values in facts.toml), and what was told of yes and no and of facilities.
-- shared_receipts: of the programmes received those of the household, which reach all its members.
-- Who is missing: people without a row in person_told. Which source wins: of two kinds of facility the
-- first in the alphabet.
SELECT
    person_id,
    coalesce(bit_or(CASE WHEN fact = 'diseases' THEN mask END), CAST(0 AS UBIGINT)) AS diseases,
    coalesce(bit_or(CASE WHEN fact = 'veteran_kinds' THEN mask END), CAST(0 AS UBIGINT)) AS veteran_kinds,
    coalesce(bit_or(CASE WHEN fact = 'crises' THEN mask END), CAST(0 AS UBIGINT)) AS crises,
    coalesce(bit_or(CASE WHEN fact = 'receipts' AND word_number = 0 THEN mask END), CAST(0 AS UBIGINT))
        AS receipts_0,
    coalesce(bit_or(CASE WHEN fact = 'receipts' AND word_number = 1 THEN mask END), CAST(0 AS UBIGINT))
        AS receipts_1,
    coalesce(bit_or(CASE WHEN fact = 'receipts' AND word_number = 2 THEN mask END), CAST(0 AS UBIGINT))
        AS receipts_2,
    coalesce(bit_or(CASE WHEN fact = 'receipts' AND word_number = 3 THEN mask END), CAST(0 AS UBIGINT))
        AS receipts_3,
    coalesce(bit_or(CASE WHEN fact = 'receipts' AND word_number = 4 THEN mask END), CAST(0 AS UBIGINT))
        AS receipts_4,
    coalesce(
        bit_or(CASE WHEN is_shared AND fact = 'receipts' AND word_number = 0 THEN mask END),
        CAST(0 AS UBIGINT)
    ) AS shared_receipts_0,
    coalesce(
        bit_or(CASE WHEN is_shared AND fact = 'receipts' AND word_number = 1 THEN mask END),
        CAST(0 AS UBIGINT)
    ) AS shared_receipts_1,
    coalesce(
        bit_or(CASE WHEN is_shared AND fact = 'receipts' AND word_number = 2 THEN mask END),
        CAST(0 AS UBIGINT)
    ) AS shared_receipts_2,
    coalesce(
        bit_or(CASE WHEN is_shared AND fact = 'receipts' AND word_number = 3 THEN mask END),
        CAST(0 AS UBIGINT)
    ) AS shared_receipts_3,
    coalesce(
        bit_or(CASE WHEN is_shared AND fact = 'receipts' AND word_number = 4 THEN mask END),
        CAST(0 AS UBIGINT)
    ) AS shared_receipts_4,
    max(CASE WHEN fact = 'is_pregnant' THEN 1 ELSE 0 END) = 1 AS is_pregnant,
    max(CASE WHEN fact = 'is_farmer' THEN 1 ELSE 0 END) = 1 AS is_farmer,
    max(CASE WHEN fact = 'is_artist' THEN 1 ELSE 0 END) = 1 AS is_artist,
    max(CASE WHEN fact = 'is_defector' THEN 1 ELSE 0 END) = 1 AS is_defector,
    max(CASE WHEN fact = 'is_crime_victim' THEN 1 ELSE 0 END) = 1 AS is_crime_victim,
    max(CASE WHEN fact = 'is_violence_victim' THEN 1 ELSE 0 END) = 1 AS is_violence_victim,
    max(CASE WHEN fact = 'is_in_foster_care' THEN 1 ELSE 0 END) = 1 AS is_in_foster_care,
    min(CASE WHEN fact = 'facility_kind' THEN value END) AS facility_kind
FROM person_told
GROUP BY person_id
ORDER BY person_id
