-- One row is a person's stay in a registered household, as the resident register's deliveries tell
-- it (I01-F02): the latest delivery about the same person, household and move-in wins, the monthly
-- full file on a tie; what it leaves open is filled from the others. is_winner: of two households
-- entered on one day, the later told. Missing: rows without a household number (histories,
-- lists of people of unknown residence), other senders, and people the index does not know.
-- Not sorted: only the steps after it read it.
WITH
-- Deliveries by number, the one to believe first: so a row's place and source are one number.
told_delivery AS (
    SELECT
        made_at,
        document_type,
        delivery_id,
        row_number() OVER (
            ORDER BY
                made_at DESC NULLS LAST,
                document_type = 'I01-F02-01' DESC,
                document_type,
                delivery_id DESC
        ) AS delivery_no
    FROM (
        SELECT DISTINCT made_at, document_type, delivery_id
        FROM f02_resident_household_address
        WHERE document_type LIKE 'I01-F02-%'
    ) AS arrived
),

told AS (
    SELECT
        i.person_id,
        f.household_no,
        f.relation_to_head,
        h.person_id AS head_person_id,
        f.legal_dong_code,
        f.valid_from,
        f.valid_to,
        -- Of one delivery the later line.
        d.delivery_no * 1000000000000 - f.line AS source_no
    FROM f02_resident_household_address AS f
    JOIN told_delivery AS d
        ON d.delivery_id = f.delivery_id
        AND d.document_type = f.document_type
        AND d.made_at IS NOT DISTINCT FROM f.made_at
    JOIN person_index AS i USING (signature_id)
    LEFT JOIN person_token AS h ON h.national_id_token = f.head_national_id_token
    WHERE
        i.person_id IS NOT NULL
        AND f.household_no IS NOT NULL
        AND f.document_type LIKE 'I01-F02-%'
        AND coalesce(f.registration_status, 'resident') NOT LIKE 'cancelled%'
        AND (f.valid_from IS NULL OR f.valid_from <= (SELECT as_of FROM night))
),

spell AS (
    SELECT
        person_id,
        household_no,
        valid_from,
        arg_min(relation_to_head, source_no) AS relation_to_head,
        arg_min(head_person_id, source_no) AS head_person_id,
        arg_min(legal_dong_code, source_no) AS legal_dong_code,
        arg_min(valid_to, source_no) AS moved_out_on,
        min(source_no) AS source_no
    FROM told
    GROUP BY person_id, household_no, valid_from
),

struck_off AS (
    SELECT i.person_id, max(f.valid_to) AS struck_off_on
    FROM f02_resident_household_address AS f
    JOIN person_index AS i USING (signature_id)
    WHERE
        f.document_type = 'I01-F02-06'
        AND f.registration_status LIKE 'cancelled%'
        AND f.valid_to <= (SELECT as_of FROM night)
    GROUP BY i.person_id
),

dated AS (
    SELECT s.*, d.made_at, d.document_type, d.delivery_id, d.delivery_no * 1000000000000 - s.source_no AS line
    FROM spell AS s
    JOIN told_delivery AS d ON d.delivery_no = (s.source_no + 999999999999) // 1000000000000
),

-- Who has one stay only has no other before or after it.
moved AS (
    SELECT person_id
    FROM spell
    GROUP BY person_id
    HAVING count(*) > 1
),

followed AS (
    SELECT
        s.person_id,
        s.household_no,
        s.valid_from,
        lead(s.valid_from) OVER later AS next_from,
        row_number() OVER (
            PARTITION BY s.person_id, s.valid_from ORDER BY s.made_at DESC, s.household_no DESC
        ) = 1 AS is_winner
    FROM dated AS s
    JOIN moved AS m ON m.person_id = s.person_id
    WINDOW later AS (
        PARTITION BY s.person_id ORDER BY s.valid_from NULLS FIRST, s.made_at, s.household_no
    )
)

SELECT
    f.person_id,
    f.household_no,
    f.relation_to_head,
    f.head_person_id,
    f.legal_dong_code,
    f.valid_from,
    -- The day of a move belongs to the new household; a death or a striking off ends every stay.
    least(
        f.moved_out_on,
        n.next_from - 1,
        CASE WHEN x.struck_off_on >= coalesce(f.valid_from, x.struck_off_on)
            THEN x.struck_off_on END,
        p.death_date
    )::DATE AS valid_to,
    f.moved_out_on,
    f.document_type,
    f.delivery_id,
    f.line,
    f.made_at,
    coalesce(n.is_winner, TRUE) AS is_winner,
    f.person_id || '/' || coalesce(strftime(f.valid_from, '%Y-%m-%d'), 'unknown')
    || if(coalesce(n.is_winner, TRUE), '', '/' || f.household_no) AS member
FROM dated AS f
JOIN person AS p USING (person_id)
LEFT JOIN struck_off AS x USING (person_id)
LEFT JOIN followed AS n
    ON n.person_id = f.person_id AND n.household_no = f.household_no
    AND n.valid_from IS NOT DISTINCT FROM f.valid_from
