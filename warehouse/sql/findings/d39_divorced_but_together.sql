-- One row: one piece of evidence that two people who are divorced on paper live at one address, or
-- rent one dwelling together, months after the divorce, while one of them holds a benefit that would
-- look at both were they married. A question to people, never more: parents share homes for their
-- children's sake, and nobody must pay for a divorce that was meant.
-- Who is missing: couples who are registered as living together unmarried (the benefit counts both),
-- who married each other again, or of whom one has another spouse; addresses of many households.
-- Which source wins: the family register's end of the marriage; the resident register's address, and
-- leases that began after the divorce.
WITH ended AS (
    SELECT
        tie.person_id,
        tie.relative_id AS former_spouse_id,
        tie.valid_to AS divorced_on,
        tie.document_type,
        tie.delivery_id,
        tie.line
    FROM family_graph AS tie
    CROSS JOIN night
    INNER JOIN person AS former ON former.person_id = tie.relative_id
    INNER JOIN person AS own ON own.person_id = tie.person_id
    WHERE tie.relation = 'spouse'
        AND tie.basis = 'registered'
        AND tie.valid_to <= night.as_of
        AND own.death_date IS NULL
        AND former.death_date IS NULL
),
married AS (
    SELECT DISTINCT tie.person_id
    FROM family_graph AS tie
    CROSS JOIN night
    WHERE tie.relation IN ('spouse', 'de_facto_spouse')
        AND (tie.valid_to IS NULL OR tie.valid_to > night.as_of)
),
apart AS (
    SELECT ended.*
    FROM ended
    LEFT JOIN married AS own ON own.person_id = ended.person_id
    LEFT JOIN married AS other ON other.person_id = ended.former_spouse_id
    WHERE own.person_id IS NULL AND other.person_id IS NULL
),
lease AS (
    SELECT
        person_index.person_id,
        rented.address_key,
        rented.lease_from,
        rented.lease_to,
        rented.document_type,
        rented.delivery_id,
        rented.line
    FROM f22_lease_deposit AS rented
    CROSS JOIN night
    INNER JOIN person_index ON person_index.signature_id = rented.signature_id
    WHERE rented.address_key IS NOT NULL
        AND rented.lease_from <= night.as_of
        AND (rented.lease_to IS NULL OR rented.lease_to > night.as_of)
),
together AS (
    SELECT
        apart.person_id,
        apart.former_spouse_id,
        apart.divorced_on,
        greatest(apart.divorced_on, own.lives_there_from, other.lives_there_from) AS together_from,
        'residence' AS role,
        own.document_type,
        own.delivery_id,
        own.line,
        other.document_type AS other_document_type,
        other.delivery_id AS other_delivery_id,
        other.line AS other_line
    FROM apart
    CROSS JOIN d39_setting AS setting
    INNER JOIN dwelling_resident AS own
        ON own.person_id = apart.person_id AND own.households <= setting.most_households
    INNER JOIN dwelling_resident AS other
        ON other.person_id = apart.former_spouse_id AND other.dwelling_id = own.dwelling_id
    UNION ALL
    SELECT
        apart.person_id,
        apart.former_spouse_id,
        apart.divorced_on,
        greatest(own.lease_from, other.lease_from),
        'lease',
        own.document_type,
        own.delivery_id,
        own.line,
        other.document_type,
        other.delivery_id,
        other.line
    FROM apart
    INNER JOIN lease AS own
        ON own.person_id = apart.person_id AND own.lease_from > apart.divorced_on
    INNER JOIN lease AS other
        ON other.person_id = apart.former_spouse_id
        AND other.address_key = own.address_key
        AND other.lease_from > apart.divorced_on
),
held AS (
    SELECT benefit_held.*
    FROM benefit_held
    INNER JOIN d39_programme ON d39_programme.programme_code = benefit_held.programme_code
),
shown AS (
    SELECT
        held.person_id,
        held.programme_code,
        held.month,
        together.divorced_on,
        together.together_from,
        together.role,
        together.document_type,
        together.delivery_id,
        together.line,
        together.other_document_type,
        together.other_delivery_id,
        together.other_line,
        together.former_spouse_id
    FROM (SELECT DISTINCT person_id, programme_code, month FROM held) AS held
    CROSS JOIN d39_setting AS setting
    INNER JOIN together ON together.person_id = held.person_id
    WHERE CAST(
            together.together_from + to_months(CAST(setting.together_months AS INTEGER)) AS DATE
        ) <= held.month
),
asked AS (
    SELECT
        person_id,
        programme_code,
        month AS first_month,
        month,
        'divorced ' || CAST(max(divorced_on) AS VARCHAR)
        || '; together since ' || CAST(min(together_from) AS VARCHAR) AS statement
    FROM shown
    GROUP BY person_id, programme_code, month
),
reason AS (
    SELECT person_id, programme_code, month, role, document_type, delivery_id, line
    FROM shown
    UNION ALL
    SELECT person_id, programme_code, month, role, other_document_type, other_delivery_id, other_line
    FROM shown
    UNION ALL
    SELECT shown.person_id, shown.programme_code, shown.month, 'divorce', ended.document_type,
        ended.delivery_id, ended.line
    FROM shown
    INNER JOIN ended
        ON ended.person_id = shown.person_id AND ended.former_spouse_id = shown.former_spouse_id
),
{{month_held_rows}}
