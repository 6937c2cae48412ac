-- One row: sources that something rests on together, as bits and as the document types in order. Kept for
-- the night's work only: millions of figures rest on few different lists, so each is made once.
-- Who is missing: lists on which nothing rests. Which source wins: none.
-- Names are text here: of encoded words within lists DuckDB may write others of the same chunk into the
-- file's dictionary, and the same rows would not always be the same bytes.
WITH needed AS (
    SELECT source_bits FROM figure_total
    UNION
    SELECT source_bits FROM person_sources
    UNION
    SELECT source_bits FROM household_figure_total
    UNION
    SELECT source_bits FROM household_sources
),
source AS (
    SELECT DISTINCT CAST(document_type AS VARCHAR) AS document_type, source_bit
    FROM profile_source
)
SELECT needed.source_bits, list_sort(array_agg(source.document_type)) AS sources
FROM needed
INNER JOIN source ON (needed.source_bits & source.source_bit) <> 0
GROUP BY needed.source_bits
