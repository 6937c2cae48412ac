-- title: What a column means
-- title_ko: 열의 뜻
-- explains: Meaning, unit and source of the columns of this name, in every table.
-- set column (code): the column, such as recognised_income_amount
SELECT table_name, column_name, type, meaning_en, meaning_ko, unit, source
FROM dictionary_column
WHERE column_name = $column
ORDER BY table_name
