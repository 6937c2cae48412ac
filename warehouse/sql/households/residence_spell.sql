-- One row is a person's stay in a registered household, as the resident register's deliveries tell
-- it (I01-F02): the latest delivery about the same person, household and move-in wins, the monthly
-- full file on a tie; what it leaves open is filled from the others. is_winner: of two households
-- entered on one day, the later told. Missing: rows without a household number (histories,
-- lists of people of unknown residence), other senders, and people the index does not know.
-- Not sorted: only the steps after it read it.
WITH told AS (
    SELECT
        i.person_id,
        f.household_no,
        f.relation_to_head,
        h.person_id AS head_person_id,
        f.legal_dong_code,
        f.valid_from,
        f.valid_to,
        f.document_type,
        f.delivery_id,
        f.line,
        f.made_at,
        row_number() OVER (
            PARTITION BY i.person_id, f.household_no, f.valid_from
            ORDER BY
                f.made_at DESC,
                f.document_type = 'I01-F02-01' DESC,
                f.document_type,
                f.delivery_id DESC,
                f.line DESC
        ) AS rank
    FROM f02_resident_household_address AS f
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
        arg_min(relation_to_head, rank) AS relation_to_head,
        arg_min(head_person_id, rank) AS head_person_id,
        arg_min(legal_dong_code, rank) AS legal_dong_code,
        arg_min(valid_to, rank) AS moved_out_on,
        arg_min(document_type, rank) AS document_type,
        arg_min(delivery_id, rank) AS delivery_id,
        arg_min(line, rank) AS line,
        max(made_at) AS made_at
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

followed AS (
    SELECT
        s.*,
        lead(s.valid_from) OVER later AS next_from,
        row_number() OVER (
            PARTITION BY s.person_id, s.valid_from ORDER BY s.made_at DESC, s.household_no DESC
        ) = 1 AS is_winner
    FROM spell AS s
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
        f.next_from - 1,
        CASE WHEN x.struck_off_on >= coalesce(f.valid_from, x.struck_off_on)
            THEN x.struck_off_on END,
        p.death_date
    )::DATE AS valid_to,
    f.moved_out_on,
    f.document_type,
    f.delivery_id,
    f.line,
    f.made_at,
    f.is_winner,
    f.person_id || '/' || coalesce(strftime(f.valid_from, '%Y-%m-%d'), 'unknown')
    || if(f.is_winner, '', '/' || f.household_no) AS member
FROM followed AS f
JOIN person AS p USING (person_id)
LEFT JOIN struck_off AS x USING (person_id)
