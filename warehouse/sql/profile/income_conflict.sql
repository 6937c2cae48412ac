-- One row: a report of a person's income that contradicts the one that is used, both kept (won a month).
-- Who is missing: people whose known reports of the night's month agree within the tolerance of
-- hub/profiles/precedence.toml, and reports on another base, which are not compared.
-- Which source wins: the first of the declared order is used; used_* names it, other_* what is doubted.
SELECT
    used.person_id,
    night.month,
    used.figure,
    used.overlap,
    used.income_asset_code AS used_income_asset_code,
    used.monthly_amount AS used_amount,
    used.document_type AS used_document_type,
    used.delivery_id AS used_delivery_id,
    used.line AS used_line,
    other.income_asset_code AS other_income_asset_code,
    other.monthly_amount AS other_amount,
    other.document_type AS other_document_type,
    other.delivery_id AS other_delivery_id,
    other.line AS other_line,
    abs(used.monthly_amount - other.monthly_amount) AS difference_amount
FROM income_of_month AS used
CROSS JOIN night
INNER JOIN income_of_month AS other
    ON other.person_id = used.person_id
    AND other.overlap = used.overlap
    AND other.is_contradicting
WHERE used.is_used AND used.status = 'conflict'
ORDER BY used.person_id, used.overlap, other.income_asset_code, other.document_type
