-- One row: what one source reports as income of a person, of one kind, in one month (won a month).
-- Monthly sources keep the twelve months up to the night's month, each in the month it belongs to
-- (status 'known'). A yearly total stands in the night's month as a twelfth with status 'assumed' and
-- is_period_attributed false: an indication, never proof of what was earned in a month.
-- Who is missing: people without a record. Whether that means zero or unknown is decided in
-- profile_person, which knows which feeds arrived.
-- Which source wins: none here; overlapping sources are all listed (see income_of_month).
WITH added AS (
    SELECT
        person_id,
        income_asset_code,
        month,
        document_type,
        is_period_attributed,
        CAST(sum(amount) AS BIGINT) AS amount,
        max(stated_month) AS stated_month,
        max(made_at) AS received_at,
        min(delivery_id) AS delivery_id,
        min_by(line, struct_pack(delivery_id := delivery_id, line := line)) AS line,
        count(*) AS row_count
    FROM income_item
    GROUP BY person_id, income_asset_code, month, document_type, is_period_attributed
)
SELECT
    person_id,
    income_asset_code,
    month,
    CASE WHEN is_period_attributed THEN amount ELSE amount // 12 END AS monthly_amount,
    CASE WHEN is_period_attributed THEN 'known' ELSE 'assumed' END AS status,
    CASE WHEN is_period_attributed THEN 'reported_month' ELSE 'yearly_total_by_twelve' END
        AS method,
    is_period_attributed,
    stated_month,
    received_at,
    document_type,
    delivery_id,
    line,
    row_count
FROM added
ORDER BY person_id, income_asset_code, month, document_type
