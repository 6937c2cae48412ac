-- One row: an assistance unit with parents or children elsewhere who may owe it support, and whether
-- one of their households is over the limits of income (won a year) or assets (won).
-- is_over_limit is null where none is known to be over and the means of one are unknown.
-- Who is missing: units without such relatives among the living people of the index.
-- Which source wins: the current family register (I02-F03-01); the dead owe nothing.
WITH rate AS (
    SELECT
        max(CASE WHEN parameter = 'obligor_income_limit' THEN amount END) AS income_limit_amount,
        max(CASE WHEN parameter = 'obligor_asset_limit' THEN amount END) AS asset_limit_amount
    FROM parameter_in_force
),
relative AS (
    SELECT DISTINCT unit.household_id, obligor.person_id AS obligor_id
    FROM f03_family_relation
    CROSS JOIN night
    INNER JOIN person_index ON person_index.signature_id = f03_family_relation.signature_id
    INNER JOIN assistance_unit_member AS unit
        ON unit.person_id = person_index.person_id AND unit.is_counted
    INNER JOIN person_token AS obligor
        ON obligor.national_id_token = f03_family_relation.relative_national_id_token
    WHERE f03_family_relation.document_type = 'I02-F03-01'
        AND f03_family_relation.relation IN ('father', 'mother', 'child')
        AND f03_family_relation.event = 'current'
        AND (
            f03_family_relation.ended_on IS NULL OR f03_family_relation.ended_on > night.as_of
        )
),
placed AS (
    SELECT relative.household_id, relative.obligor_id, obligor_unit.household_id AS obligor_unit_id
    FROM relative
    INNER JOIN person_fact ON person_fact.person_id = relative.obligor_id
    LEFT JOIN assistance_unit_member AS obligor_unit
        ON obligor_unit.person_id = relative.obligor_id
    WHERE obligor_unit.household_id IS NULL OR obligor_unit.household_id <> relative.household_id
),
tested AS (
    SELECT
        placed.household_id,
        (
            means.worked_amount + means.property_income_amount + means.public_transfer_amount
        ) * 12 > rate.income_limit_amount
        OR means.residential_amount + means.general_amount + means.financial_amount
            > rate.asset_limit_amount AS is_over
    FROM placed
    CROSS JOIN rate
    LEFT JOIN household_means AS means ON means.household_id = placed.obligor_unit_id
)
SELECT
    household_id,
    CASE
        WHEN max(CASE WHEN is_over THEN 1 ELSE 0 END) = 1 THEN TRUE
        WHEN max(CASE WHEN is_over IS NULL THEN 1 ELSE 0 END) = 0 THEN FALSE
    END AS is_over_limit
FROM tested
GROUP BY household_id
ORDER BY household_id
