-- One row: a record that tells a fact of a living person on the night's date, and what it says: a word
-- of the fact, a programme, or nothing where the fact is counted from several records (age, days
-- insured, children). Of records that say the same the newest. No text of a record stands here.
-- Means have their own table (profile_evidence), households theirs (unit_membership).
-- Who is missing: facts that no record tells (a complete register that does not hold the person), and
-- facts derived from other facts alone.
-- Which source wins: none; see the tables that make the facts.
WITH numbered AS (
    SELECT
        fact_record.person_no,
        told_word.word_no,
        fact_record.delivery_no,
        fact_record.line,
        fact_record.is_one_of_many
    FROM fact_record
    INNER JOIN told_word
        ON told_word.fact = fact_record.fact
        AND told_word.said IS NOT DISTINCT FROM fact_record.said
),
-- A delivery's place and a line in one number: the greatest is the newest record.
newest AS (
    SELECT person_no, word_no, max(delivery_no * 1000000000000 + line) AS record_no
    FROM numbered
    WHERE is_one_of_many
    GROUP BY person_no, word_no
),
told AS (
    SELECT
        person_no, word_no,
        record_no // 1000000000000 AS delivery_no, record_no % 1000000000000 AS line
    FROM newest
    UNION ALL
    SELECT person_no, word_no, delivery_no, line
    FROM numbered
    WHERE NOT is_one_of_many
    UNION ALL
    -- Whoever is in school does this for a living, where nothing else is told.
    SELECT
        newest.person_no, student.word_no,
        newest.record_no // 1000000000000, newest.record_no % 1000000000000
    FROM newest
    INNER JOIN told_word AS school
        ON school.word_no = newest.word_no
        AND school.fact = 'school_level'
        AND school.said IN ('elementary', 'middle', 'high', 'special', 'university', 'graduate')
    INNER JOIN told_word AS student ON student.fact = 'employment' AND student.said = 'student'
)
SELECT
    person_number.person_id,
    told_word.fact,
    CAST(told_word.said AS VARCHAR) AS said,
    told_delivery.document_type,
    told_delivery.delivery_id,
    told.line
FROM told
INNER JOIN person_number ON person_number.person_no = told.person_no
INNER JOIN person_fact ON person_fact.person_id = person_number.person_id
INNER JOIN told_word ON told_word.word_no = told.word_no
LEFT JOIN told_delivery ON told_delivery.delivery_no = told.delivery_no
ORDER BY
    told.person_no,
    told.word_no,
    told_delivery.place,
    told.line
