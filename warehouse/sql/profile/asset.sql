-- One row: a person's assets or debts of one kind on the night's date (won; debts are positive, the
-- kind says that they are debts).
-- Who is missing: people without a record of the kind.
-- Which source wins: see asset_item; here things of one kind are added.
WITH ordered AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY person_id, income_asset_code, document_type ORDER BY delivery_id, line
        ) AS place
    FROM asset_item
    WHERE use IN ('used', 'not_counted')
)
SELECT
    person_id,
    income_asset_code,
    CAST(sum(amount) AS BIGINT) AS amount,
    max(status) AS status,
    max(received_at) AS received_at,
    document_type,
    max(CASE WHEN place = 1 THEN delivery_id END) AS delivery_id,
    max(CASE WHEN place = 1 THEN line END) AS line,
    count(*) AS row_count
FROM ordered
GROUP BY person_id, income_asset_code, document_type
ORDER BY person_id, income_asset_code, document_type
