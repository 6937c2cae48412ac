-- One row is a record that a person has set apart from another, although the two share an ID number
-- or say the same, so that they would be one person without being compared. The one that leaves is
-- not the register's, else the one without a number, else the later signature's. Missing: pairs that
-- are kept apart when they are compared, and two institutions' identical words, which no index could
-- tell apart.
WITH told AS (
    SELECT
        least(d."left", d."right") AS signature_l,
        greatest(d."left", d."right") AS signature_r
    FROM decided_signature AS d
    WHERE d.kind = 'cannot_link'
),

pair AS (
    SELECT
        l.record_id AS record_l,
        r.record_id AS record_r,
        (ll.signature_id IS NOT NULL, wl.national_id_token IS NOT NULL) AS stays_l,
        (rr.signature_id IS NOT NULL, wr.national_id_token IS NOT NULL) AS stays_r
    FROM told AS t
    JOIN signature_record AS l ON l.signature_id = t.signature_l
    JOIN signature_record AS r ON r.signature_id = t.signature_r
    JOIN signature AS wl ON wl.signature_id = t.signature_l
    JOIN signature AS wr ON wr.signature_id = t.signature_r
    LEFT JOIN register_signature AS ll ON ll.signature_id = t.signature_l
    LEFT JOIN register_signature AS rr ON rr.signature_id = t.signature_r
    LEFT JOIN alias_group AS al ON al.number = wl.national_id_token::VARCHAR
    LEFT JOIN alias_group AS ar ON ar.number = wr.national_id_token::VARCHAR
    WHERE
        l.record_id <> r.record_id
        AND (
            wl.national_id_token = wr.national_id_token
            OR al.alias_group = ar.alias_group
            OR (
                -- Without a number a name need not be written in the same letters to be the same.
                (
                    wl.full_name = wr.full_name
                    OR wl.national_id_token IS NULL
                    OR wr.national_id_token IS NULL
                )
                AND wl.birth_date IS NOT DISTINCT FROM wr.birth_date
            )
        )
)

SELECT DISTINCT if(stays_r > stays_l, record_l, record_r) AS record_id
FROM pair
