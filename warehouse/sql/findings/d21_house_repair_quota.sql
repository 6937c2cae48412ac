-- One row: one piece of evidence that a home was repaired again before the quota allows, out of the group
-- of programmes for house repair (quota_receipt: one a dwelling in a window of months).
-- Works of one programme that go on over some months are one repair, and a grant renewed is one grant.
-- Who is missing: homes left in between (the quota is the dwelling's, not the person's), and repairs of
-- other families at an address of several.
-- Which source wins: see quota_receipt; of several earlier repairs the latest is shown.
WITH repair AS (
    SELECT quota_receipt.*, coalesce(dwelling.families, 1) AS families
    FROM quota_receipt
    LEFT JOIN dwelling ON dwelling.address_key = quota_receipt.address_key
),
one_home AS (
    SELECT DISTINCT own.person_id, other.person_id AS member_id
    FROM repair
    INNER JOIN household_member AS own ON own.person_id = repair.person_id
    INNER JOIN household_member AS other
        ON other.household_id = own.household_id AND other.person_id <> own.person_id
),
earlier AS (
    SELECT
        person_id AS earlier_person_id,
        programme_code AS earlier_programme_code,
        month AS earlier_month,
        address_key AS earlier_address_key,
        role AS earlier_role,
        document_type AS earlier_document_type,
        delivery_id AS earlier_delivery_id,
        line AS earlier_line
    FROM quota_receipt
),
compared AS (
    SELECT repair.*, earlier.*
    FROM repair
    INNER JOIN earlier ON earlier.earlier_person_id = repair.person_id
    -- Where nobody knows the address, the person is taken to have stayed.
    WHERE earlier.earlier_address_key = repair.address_key
        OR earlier.earlier_address_key IS NULL
        OR repair.address_key IS NULL
    UNION ALL
    SELECT repair.*, earlier.*
    FROM repair
    INNER JOIN earlier
        ON earlier.earlier_address_key = repair.address_key
        AND earlier.earlier_person_id <> repair.person_id
    LEFT JOIN one_home
        ON one_home.person_id = repair.person_id
        AND one_home.member_id = earlier.earlier_person_id
    WHERE repair.families = 1 OR one_home.person_id IS NOT NULL
),
again AS (
    SELECT
        compared.*,
        row_number() OVER (
            PARTITION BY compared.person_id, compared.programme_code, compared.month
            ORDER BY compared.earlier_month DESC, compared.earlier_programme_code,
                compared.earlier_person_id
        ) AS nearest
    FROM compared
    CROSS JOIN d21_setting AS setting
    WHERE date_diff('month', compared.earlier_month, compared.month)
        BETWEEN 0 AND setting.window_months - 1
        AND (
            (
                compared.earlier_programme_code <> compared.programme_code
                AND (
                    compared.earlier_month < compared.month
                    OR compared.earlier_programme_code < compared.programme_code
                )
            )
            OR (
                compared.earlier_programme_code = compared.programme_code
                AND compared.role = 'payment'
                AND date_diff('month', compared.earlier_month, compared.month)
                > setting.same_works_months
            )
        )
),
nearest AS (
    SELECT * FROM again WHERE nearest = 1
),
found AS (
    SELECT
        person_id AS subject_id,
        person_id,
        programme_code,
        earlier_programme_code AS other_programme_code,
        month AS period,
        earlier_month AS first_period,
        month AS last_period,
        amount AS amount_at_stake,
        'repaired ' || CAST(earlier_month AS VARCHAR) || ' and ' || CAST(month AS VARCHAR) AS statement
    FROM nearest
),
evidence AS (
    SELECT
        person_id AS subject_id,
        programme_code,
        earlier_programme_code AS other_programme_code,
        month AS period,
        role,
        document_type,
        delivery_id,
        line
    FROM nearest
    UNION ALL
    SELECT person_id, programme_code, earlier_programme_code, month, earlier_role,
        earlier_document_type, earlier_delivery_id, earlier_line
    FROM nearest
)
{{finding_rows}}
