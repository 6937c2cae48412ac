-- One row: a registered household, and all sources that a figure of it rests on, each by its bit
-- (profile_source). Kept for the night's work only.
-- Who is missing: households without a record. Which source wins: none.
SELECT household_id, bit_or(source_bits) AS source_bits
FROM household_figure_total
GROUP BY household_id
