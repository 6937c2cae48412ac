-- One row: a registered household's income in the night's month and assets on its date (won).
-- A figure is null where it is missing of any member; profile_household_figure names the sources.
-- Who is missing: households with no member on the night's date. Which source wins: profile_figure.
SELECT
    household.household_id,
    night.month,
    count(*) AS member_count,
    CASE WHEN count(profile_person.earned_amount) = count(*)
        THEN CAST(sum(profile_person.earned_amount) AS BIGINT) END AS earned_amount,
    CASE WHEN count(profile_person.business_amount) = count(*)
        THEN CAST(sum(profile_person.business_amount) AS BIGINT) END AS business_amount,
    CASE WHEN count(profile_person.property_income_amount) = count(*)
        THEN CAST(sum(profile_person.property_income_amount) AS BIGINT) END AS property_income_amount,
    CASE WHEN count(profile_person.public_transfer_amount) = count(*)
        THEN CAST(sum(profile_person.public_transfer_amount) AS BIGINT) END AS public_transfer_amount,
    CASE WHEN count(profile_person.private_transfer_amount) = count(*)
        THEN CAST(sum(profile_person.private_transfer_amount) AS BIGINT) END AS private_transfer_amount,
    CASE WHEN count(profile_person.residential_amount) = count(*)
        THEN CAST(sum(profile_person.residential_amount) AS BIGINT) END AS residential_amount,
    CASE WHEN count(profile_person.general_amount) = count(*)
        THEN CAST(sum(profile_person.general_amount) AS BIGINT) END AS general_amount,
    CASE WHEN count(profile_person.financial_amount) = count(*)
        THEN CAST(sum(profile_person.financial_amount) AS BIGINT) END AS financial_amount,
    CASE WHEN count(profile_person.vehicle_amount) = count(*)
        THEN CAST(sum(profile_person.vehicle_amount) AS BIGINT) END AS vehicle_amount,
    CASE WHEN count(profile_person.debt_amount) = count(*)
        THEN CAST(sum(profile_person.debt_amount) AS BIGINT) END AS debt_amount,
    any_value(source_list.sources) AS sources
FROM household
CROSS JOIN night
INNER JOIN household_member
    ON household_member.household_id = household.household_id
    AND (household_member.valid_from IS NULL OR household_member.valid_from <= night.as_of)
    AND (household_member.valid_to IS NULL OR household_member.valid_to > night.as_of)
INNER JOIN profile_person ON profile_person.person_id = household_member.person_id
LEFT JOIN household_sources ON household_sources.household_id = household.household_id
LEFT JOIN source_list ON source_list.source_bits = household_sources.source_bits
GROUP BY household.household_id, night.month
ORDER BY household.household_id
