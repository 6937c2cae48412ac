-- One row: a signature of somebody whom any payment or entitlement names, with its person and how the index
-- matched it (match_kind); kept for the night's work only, because most signatures are of people who receive
-- nothing, and rules about receipt need not look through those.
-- Who is missing: people whom no payment and no entitlement names, and signatures that name nobody.
-- Which source wins: none.
WITH named AS (
    SELECT signature_id FROM f34_benefit_entitlement
    UNION ALL
    SELECT signature_id FROM f35_benefit_payment
),
recipient AS (
    SELECT DISTINCT person_index.person_id
    FROM named
    INNER JOIN person_index ON person_index.signature_id = named.signature_id
    WHERE person_index.person_id IS NOT NULL
)
SELECT person_index.signature_id, person_index.person_id, person_index.match_kind
FROM recipient
INNER JOIN person_index ON person_index.person_id = recipient.person_id
