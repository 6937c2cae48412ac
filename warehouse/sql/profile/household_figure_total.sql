-- One row: one figure of a registered household that has a record of any member, those of its members
-- added: the base of profile_household_figure. Kept for the night's work only.
-- source_bits: the sources that it rests on, each by its bit (profile_source).
-- Who is missing: figures without a record. Which source wins: see profile_figure.
SELECT
    household_member.household_id,
    total.figure,
    CAST(sum(total.amount) AS BIGINT) AS amount,
    max(total.weakness) AS weakness,
    bit_or(total.source_bits) AS source_bits
FROM household_member
CROSS JOIN night
INNER JOIN person_number ON person_number.person_id = household_member.person_id
INNER JOIN figure_total AS total ON total.person_no = person_number.person_no
WHERE (household_member.valid_from IS NULL OR household_member.valid_from <= night.as_of)
    AND (household_member.valid_to IS NULL OR household_member.valid_to > night.as_of)
GROUP BY household_member.household_id, total.figure
