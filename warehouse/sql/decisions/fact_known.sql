-- One row: of which values of which facts it is known tonight that who is not told of has not got them.
-- A value is known where a document type that is complete for it arrived (fact_word.is_complete).
-- Who is missing: nobody; it is one row for the whole night. Which source wins: none.
WITH known AS (
    SELECT DISTINCT fact_word.fact, fact_word.value, fact_word.word_number, fact_word.mask
    FROM fact_word
    LEFT JOIN feed ON feed.document_type = fact_word.document_type
    WHERE fact_word.is_complete
        AND (
            coalesce(feed.state, 'missing') <> 'missing'
            OR fact_word.document_type = 'household'
        )
)
SELECT
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
    coalesce(max(CASE WHEN fact = 'is_pregnant' THEN 1 ELSE 0 END), 0) = 1 AS is_pregnant,
    coalesce(max(CASE WHEN fact = 'is_farmer' THEN 1 ELSE 0 END), 0) = 1 AS is_farmer,
    coalesce(max(CASE WHEN fact = 'is_artist' THEN 1 ELSE 0 END), 0) = 1 AS is_artist,
    coalesce(max(CASE WHEN fact = 'is_defector' THEN 1 ELSE 0 END), 0) = 1 AS is_defector,
    coalesce(max(CASE WHEN fact = 'is_crime_victim' THEN 1 ELSE 0 END), 0) = 1 AS is_crime_victim,
    coalesce(max(CASE WHEN fact = 'is_violence_victim' THEN 1 ELSE 0 END), 0) = 1 AS is_violence_victim,
    coalesce(max(CASE WHEN fact = 'is_in_foster_care' THEN 1 ELSE 0 END), 0) = 1 AS is_in_foster_care,
    count(DISTINCT CASE WHEN fact = 'facility_kind' THEN value END)
    = (SELECT count(DISTINCT value) FROM fact_word WHERE fact = 'facility_kind') AS facility_kind
FROM known
