-- One row: two people of the index who are both paid, and whom more than a name says to be one: the same
-- name, birth date and sex, and beside it the same address, the same account of payment, or one number
-- that no register knows while the other identity is registered and paid in the same region; or the index
-- itself asks whether the two are one (match_weight, bits).
-- person_id is the identity that a register knows, else the one of whom more institutions tell, else the
-- older ID; other_person_id is the second identity, and other_is_registered says whether a register knows
-- it, too.
-- Who is missing: namesakes born on one day with nothing else in common; twins, who bear two names;
-- people of the index who have no number, for of them the index may just not know who they are; and its
-- questions about a record without a number, which ask whose of two people it is.
-- Which source wins: none; any wording of any sender counts, so that one slip hides nobody.
-- Names and addresses are compared here and go no further.
WITH recipient AS (
    SELECT DISTINCT person_id
    FROM benefit_month
),
told AS (
    SELECT DISTINCT
        recipient.person_id,
        signature.birth_date,
        signature.sex,
        signature.full_name
    FROM recipient
    INNER JOIN recipient_index ON recipient_index.person_id = recipient.person_id
    INNER JOIN signature ON signature.signature_id = recipient_index.signature_id
    WHERE signature.national_id_token IS NOT NULL
        AND signature.full_name IS NOT NULL
        AND signature.birth_date IS NOT NULL
        AND signature.sex IS NOT NULL
),
described AS (
    SELECT DISTINCT
        person_id,
        birth_date,
        sex,
        upper(regexp_replace(full_name, '\s', '', 'g')) AS name_key
    FROM told
),
shared_description AS (
    SELECT name_key, birth_date, sex
    FROM described
    GROUP BY name_key, birth_date, sex
    HAVING min(person_id) <> max(person_id)
),
named AS (
    SELECT described.*
    FROM described
    INNER JOIN shared_description
        ON shared_description.name_key = described.name_key
        AND shared_description.birth_date = described.birth_date
        AND shared_description.sex = described.sex
),
namesake AS (
    SELECT DISTINCT one.person_id, other.person_id AS other_person_id
    FROM named AS one
    INNER JOIN named AS other
        ON other.name_key = one.name_key
        AND other.birth_date = one.birth_date
        AND other.sex = one.sex
        AND other.person_id > one.person_id
),
asked_signature AS (
    SELECT
        recipient_index.person_id,
        signature.national_id_token,
        CAST(signature.signature_id AS VARCHAR) AS signature_key
    FROM signature
    INNER JOIN recipient_index ON recipient_index.signature_id = signature.signature_id
    WHERE signature.national_id_token IS NOT NULL
        AND CAST(signature.signature_id AS VARCHAR) IN (
            SELECT "left" FROM review_candidate WHERE match_weight IS NOT NULL
            UNION
            SELECT "right" FROM review_candidate WHERE match_weight IS NOT NULL
        )
),
question AS (
    SELECT
        least(one.person_id, other.person_id) AS person_id,
        greatest(one.person_id, other.person_id) AS other_person_id,
        max(review_candidate.match_weight) AS match_weight
    FROM review_candidate
    INNER JOIN asked_signature AS one ON one.signature_key = review_candidate."left"
    INNER JOIN asked_signature AS other ON other.signature_key = review_candidate."right"
    WHERE one.person_id <> other.person_id
        AND one.national_id_token <> other.national_id_token
    GROUP BY least(one.person_id, other.person_id), greatest(one.person_id, other.person_id)
),
asked AS (
    SELECT question.person_id, question.other_person_id, question.match_weight
    FROM question
    INNER JOIN (SELECT DISTINCT person_id FROM described) AS recipient_described
        ON recipient_described.person_id = question.person_id
    INNER JOIN (SELECT DISTINCT person_id FROM described) AS other_described
        ON other_described.person_id = question.other_person_id
    INNER JOIN person AS one ON one.person_id = question.person_id
    INNER JOIN person AS other ON other.person_id = question.other_person_id
    GROUP BY question.person_id, question.other_person_id, question.match_weight
    -- Compared last, so that not everybody of one birth date is set beside one another first.
    HAVING min(one.birth_date) = min(other.birth_date) AND min(one.sex) = min(other.sex)
),
pair AS (
    SELECT person_id, other_person_id
    FROM namesake
    UNION
    SELECT person_id, other_person_id
    FROM asked
),
looked_at AS (
    SELECT person_id
    FROM pair
    UNION
    SELECT other_person_id
    FROM pair
),
teller AS (
    SELECT
        looked_at.person_id,
        recipient_index.signature_id,
        signature.institution_group,
        regexp_replace(signature.address, '\s', '', 'g') AS address_key
    FROM looked_at
    INNER JOIN recipient_index ON recipient_index.person_id = looked_at.person_id
    INNER JOIN signature ON signature.signature_id = recipient_index.signature_id
),
known_to AS (
    SELECT person_id, count(DISTINCT institution_group) AS institutions
    FROM teller
    GROUP BY person_id
),
registered AS (
    SELECT DISTINCT teller.person_id
    FROM teller
    INNER JOIN (
        SELECT signature_id
        FROM f01_person_identity
        WHERE document_type LIKE 'I01-F01-%'
        UNION ALL
        SELECT signature_id
        FROM f02_resident_household_address
        WHERE document_type LIKE 'I01-F02-%'
        UNION ALL
        SELECT signature_id
        FROM f05_foreigner_nationality
        WHERE document_type LIKE 'I04-F05-%'
    ) AS register ON register.signature_id = teller.signature_id
),
dwelling_told AS (
    SELECT DISTINCT person_id, address_key
    FROM teller
    WHERE address_key IS NOT NULL
),
payment AS (
    SELECT DISTINCT
        teller.person_id,
        f35_benefit_payment.bank_no,
        f35_benefit_payment.account_no,
        f35_benefit_payment.payer_region
    FROM teller
    INNER JOIN f35_benefit_payment ON f35_benefit_payment.signature_id = teller.signature_id
),
common AS (
    SELECT pair.person_id, pair.other_person_id
    FROM pair
    INNER JOIN dwelling_told AS one ON one.person_id = pair.person_id
    INNER JOIN dwelling_told AS other
        ON other.person_id = pair.other_person_id AND other.address_key = one.address_key
    UNION
    SELECT pair.person_id, pair.other_person_id
    FROM pair
    INNER JOIN payment AS one ON one.person_id = pair.person_id
    INNER JOIN payment AS other
        ON other.person_id = pair.other_person_id
        AND other.account_no = one.account_no
        AND coalesce(other.bank_no, '') = coalesce(one.bank_no, '')
    UNION
    SELECT pair.person_id, pair.other_person_id
    FROM pair
    INNER JOIN payment AS one ON one.person_id = pair.person_id
    INNER JOIN payment AS other
        ON other.person_id = pair.other_person_id AND other.payer_region = one.payer_region
    LEFT JOIN registered AS one_registered ON one_registered.person_id = pair.person_id
    LEFT JOIN registered AS other_registered
        ON other_registered.person_id = pair.other_person_id
    WHERE (one_registered.person_id IS NULL) <> (other_registered.person_id IS NULL)
),
weighed AS (
    SELECT
        pair.person_id,
        pair.other_person_id,
        asked.match_weight,
        common.person_id IS NOT NULL AND namesake.person_id IS NOT NULL AS has_common_trait,
        CASE WHEN one_registered.person_id IS NULL THEN 0 ELSE 1 END AS is_registered,
        CASE WHEN other_registered.person_id IS NULL THEN 0 ELSE 1 END AS other_is_registered,
        one.institutions,
        other.institutions AS other_institutions
    FROM pair
    LEFT JOIN namesake
        ON namesake.person_id = pair.person_id
        AND namesake.other_person_id = pair.other_person_id
    LEFT JOIN common
        ON common.person_id = pair.person_id AND common.other_person_id = pair.other_person_id
    LEFT JOIN asked
        ON asked.person_id = pair.person_id AND asked.other_person_id = pair.other_person_id
    LEFT JOIN registered AS one_registered ON one_registered.person_id = pair.person_id
    LEFT JOIN registered AS other_registered
        ON other_registered.person_id = pair.other_person_id
    INNER JOIN known_to AS one ON one.person_id = pair.person_id
    INNER JOIN known_to AS other ON other.person_id = pair.other_person_id
    WHERE asked.person_id IS NOT NULL OR common.person_id IS NOT NULL
),
ordered AS (
    SELECT
        *,
        is_registered > other_is_registered
        OR (is_registered = other_is_registered AND institutions >= other_institutions)
            AS keeps_order
    FROM weighed
)
SELECT
    CASE WHEN keeps_order THEN person_id ELSE other_person_id END AS person_id,
    CASE WHEN keeps_order THEN other_person_id ELSE person_id END AS other_person_id,
    CASE WHEN keeps_order THEN other_is_registered ELSE is_registered END = 1
        AS other_is_registered,
    has_common_trait,
    match_weight
FROM ordered
ORDER BY 1, 2
