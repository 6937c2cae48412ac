-- One row: an assistance unit; what its counted members receive and what befell them, as bit words.
-- Who is missing: units of whose counted members no record tells either. Which source wins: none.
SELECT
    unit.household_id,
    bit_or(person_set.crises) AS unit_crises,
    bit_or(person_set.receipts_0) AS unit_receipts_0,
    bit_or(person_set.receipts_1) AS unit_receipts_1,
    bit_or(person_set.receipts_2) AS unit_receipts_2,
    bit_or(person_set.receipts_3) AS unit_receipts_3,
    bit_or(person_set.receipts_4) AS unit_receipts_4,
    bit_or(person_set.shared_receipts_0) AS shared_receipts_0,
    bit_or(person_set.shared_receipts_1) AS shared_receipts_1,
    bit_or(person_set.shared_receipts_2) AS shared_receipts_2,
    bit_or(person_set.shared_receipts_3) AS shared_receipts_3,
    bit_or(person_set.shared_receipts_4) AS shared_receipts_4
FROM person_set
INNER JOIN assistance_unit_member AS unit
    ON unit.person_id = person_set.person_id AND unit.is_counted
GROUP BY unit.household_id
ORDER BY unit.household_id
