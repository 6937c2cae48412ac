-- One row: somebody who lives in a household paid livelihood benefit for a month and counts in a unit, and
-- the most that this person can have earned by work if the payment was right (won): what it leaves room for
-- (livelihood_room), as if it all were this member's, grossed up by the deductions for wages and
-- business income. The most favourable first deduction that applies to the member is taken.
-- unexplained_work_amount is the same of the room that pensions and benefits leave.
-- Who is missing: people not counted tonight or registered elsewhere, whom the office may not know of
-- (other rules ask about them), and months without the deductions.
-- Which source wins: see livelihood_room; deductions are those of the month.
WITH member AS (
    SELECT
        unit.person_id,
        room.household_id,
        room.month,
        room.paid_amount,
        room.room_amount,
        room.unexplained_amount,
        1000000 - deduction.deduction_ppm AS counted_ppm,
        greatest(
            deduction.general_first_amount,
            CASE
                WHEN circumstance.age_years <= deduction.young_last_age THEN deduction.young_first_amount
                ELSE 0
            END,
            CASE
                WHEN circumstance.age_years >= deduction.aged_first_age THEN deduction.aged_first_amount
                ELSE 0
            END,
            CASE WHEN circumstance.is_student THEN deduction.student_first_amount ELSE 0 END,
            CASE WHEN circumstance.is_disabled THEN deduction.disabled_first_amount ELSE 0 END
        ) AS first_deduction
    FROM livelihood_room AS room
    CROSS JOIN night
    INNER JOIN wage_deduction AS deduction ON deduction.month = room.month
    INNER JOIN assistance_unit_member AS unit ON unit.is_counted
    INNER JOIN household_member AS stay
        ON stay.household_id = room.household_id
        AND stay.person_id = unit.person_id
        AND (stay.valid_from IS NULL OR stay.valid_from <= night.as_of)
        AND (stay.valid_to IS NULL OR stay.valid_to >= night.as_of)
    INNER JOIN person_circumstance AS circumstance ON circumstance.person_id = unit.person_id
)
SELECT DISTINCT
    person_id,
    household_id,
    month,
    paid_amount,
    CAST(room_amount * 1000000 // counted_ppm + first_deduction AS BIGINT) AS work_amount,
    CAST(unexplained_amount * 1000000 // counted_ppm + first_deduction AS BIGINT)
        AS unexplained_work_amount
FROM member
ORDER BY person_id, month
