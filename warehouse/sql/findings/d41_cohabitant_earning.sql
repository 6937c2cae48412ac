-- One row: one piece of evidence that a grown person who does not count in the unit lives in its
-- dwelling and earned, in two months in a row, while the unit held a benefit that its means decide.
-- Who is missing: the unit's landlord and tenant, two contracts in one house (lodgers in earnest),
-- addresses of many households, and who moved in lately.
-- At stake is what was paid for the month.
-- Which source wins: the resident register's address; the wage as in monthly_income.
WITH held AS (
    SELECT unit_benefit.*
    FROM unit_benefit
    INNER JOIN d41_programme ON d41_programme.programme_code = unit_benefit.programme_code
),
lease AS (
    SELECT DISTINCT
        person_index.person_id,
        rented.address_key,
        landlord.person_id AS landlord_id
    FROM f22_lease_deposit AS rented
    CROSS JOIN night
    INNER JOIN person_index ON person_index.signature_id = rented.signature_id
    LEFT JOIN person_token AS landlord
        ON landlord.national_id_token = rented.landlord_national_id_token
    WHERE (rented.lease_from IS NULL OR rented.lease_from <= night.as_of)
        AND (rented.lease_to IS NULL OR rented.lease_to > night.as_of)
),
-- Two contracts in one house, or one lets to the other: they keep house apart.
apart AS (
    SELECT person_id, landlord_id AS other_id FROM lease WHERE landlord_id IS NOT NULL
    UNION
    SELECT landlord_id, person_id FROM lease WHERE landlord_id IS NOT NULL
    UNION
    SELECT one.person_id, other.person_id
    FROM lease AS one
    INNER JOIN lease AS other
        ON other.address_key = one.address_key AND other.person_id <> one.person_id
),
-- Months of a wage that is enough, after a month of one.
earned AS (
    SELECT
        person_id,
        month,
        amount,
        lag(month) OVER (PARTITION BY person_id ORDER BY month) AS month_before
    FROM (
        SELECT person_id, month, sum(amount) AS amount
        FROM monthly_income
        WHERE role = 'wage'
        GROUP BY person_id, month
    ) AS wage
    CROSS JOIN d41_setting AS setting
    WHERE wage.amount >= setting.least_wage_amount
),
near AS (
    SELECT DISTINCT
        held.person_id,
        held.household_id,
        resident.person_id AS cohabitant_id,
        resident.lives_there_from,
        resident.document_type,
        resident.delivery_id,
        resident.line
    FROM (SELECT DISTINCT person_id, household_id FROM held) AS held
    CROSS JOIN night
    CROSS JOIN d41_setting AS setting
    INNER JOIN dwelling_resident AS own
        ON own.person_id = held.person_id AND own.households <= setting.most_households
    INNER JOIN dwelling_resident AS resident
        ON resident.dwelling_id = own.dwelling_id AND resident.person_id <> held.person_id
    INNER JOIN (SELECT DISTINCT person_id FROM earned) AS earner
        ON earner.person_id = resident.person_id
    INNER JOIN person ON person.person_id = resident.person_id
    LEFT JOIN assistance_unit_member AS placed ON placed.person_id = resident.person_id
    LEFT JOIN apart
        ON apart.person_id = held.person_id AND apart.other_id = resident.person_id
    WHERE CAST(
            person.birth_date + to_years(CAST(setting.adult_age AS INTEGER)) AS DATE
        ) <= night.month
        AND (
            placed.household_id IS NULL
            OR placed.household_id <> held.household_id
            OR placed.exclusion = 'lodger'
        )
        AND apart.person_id IS NULL
),
-- Distinct as it is; said again, so that people meet before months do.
near_earned AS (
    SELECT DISTINCT
        near.person_id,
        near.cohabitant_id,
        near.lives_there_from,
        near.document_type,
        near.delivery_id,
        near.line,
        earned.month,
        earned.amount,
        earned.month_before
    FROM near
    INNER JOIN earned ON earned.person_id = near.cohabitant_id
    WHERE earned.month_before = CAST(earned.month - INTERVAL '1' MONTH AS DATE)
),
shown AS (
    SELECT
        held.person_id,
        held.programme_code,
        held.month,
        near_earned.cohabitant_id,
        near_earned.document_type,
        near_earned.delivery_id,
        near_earned.line,
        near_earned.amount,
        near_earned.month_before
    FROM (SELECT DISTINCT person_id, programme_code, month FROM held) AS held
    CROSS JOIN d41_setting AS setting
    INNER JOIN near_earned
        ON near_earned.person_id = held.person_id AND near_earned.month = held.month
    WHERE CAST(
            near_earned.lives_there_from + to_months(CAST(setting.together_months AS INTEGER)) AS DATE
        ) <= held.month
),
asked AS (
    SELECT
        person_id,
        programme_code,
        min(month_before) AS first_month,
        month,
        'earners outside the unit ' || CAST(count(*) AS VARCHAR)
        || '; wage ' || CAST(CAST(sum(amount) AS BIGINT) AS VARCHAR) AS statement
    FROM shown
    GROUP BY person_id, programme_code, month
),
reason AS (
    SELECT person_id, programme_code, month, 'residence' AS role, document_type, delivery_id, line
    FROM shown
    UNION ALL
    SELECT shown.person_id, shown.programme_code, shown.month, income.role, income.document_type,
        income.delivery_id, income.line
    FROM shown
    INNER JOIN monthly_income AS income
        ON income.person_id = shown.cohabitant_id
        AND income.role = 'wage'
        AND income.month IN (shown.month, shown.month_before)
),
{{month_held_rows}}
