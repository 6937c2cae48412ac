-- One row: an account, security or insurance policy of a person of a household on livelihood benefit, as its
-- institution reports it on one day (won): the average of three months where one is told.
-- Who is missing: people of households without livelihood benefit in the last year, holdings without a value
-- or a date, and accounts closed by the date.
-- Which source wins: of two reports of one account and date the larger one; nobody has one account twice.
WITH reported AS (
    SELECT
        livelihood_resident.household_id,
        livelihood_resident.person_id,
        account.institution_no || ' ' || account.account_no AS holding_key,
        account.as_of,
        coalesce(account.average_3m_amount, account.balance_amount) AS amount,
        account.document_type,
        account.delivery_id,
        account.line
    FROM f26_deposit_account AS account
    INNER JOIN livelihood_resident ON livelihood_resident.signature_id = account.signature_id
    WHERE account.closed_on IS NULL OR account.closed_on > account.as_of
    UNION ALL
    SELECT
        livelihood_resident.household_id,
        livelihood_resident.person_id,
        security.institution_no || ' ' || security.account_no || ' ' || security.instrument_kind,
        security.as_of,
        security.market_amount,
        security.document_type,
        security.delivery_id,
        security.line
    FROM f27_security_holding AS security
    INNER JOIN livelihood_resident ON livelihood_resident.signature_id = security.signature_id
    UNION ALL
    SELECT
        livelihood_resident.household_id,
        livelihood_resident.person_id,
        policy.institution_no || ' ' || policy.policy_no,
        policy.as_of,
        policy.surrender_amount,
        policy.document_type,
        policy.delivery_id,
        policy.line
    FROM f28_insurance_policy AS policy
    INNER JOIN livelihood_resident ON livelihood_resident.signature_id = policy.signature_id
),
ordered AS (
    SELECT
        reported.*,
        row_number() OVER (
            PARTITION BY
                reported.household_id, reported.person_id, reported.holding_key, reported.as_of
            ORDER BY reported.amount DESC, reported.delivery_id, reported.line
        ) AS place
    FROM reported
    CROSS JOIN night
    WHERE reported.holding_key IS NOT NULL
        AND reported.amount IS NOT NULL
        AND reported.as_of <= night.as_of
)
SELECT household_id, person_id, holding_key, as_of, amount, document_type, delivery_id, line
FROM ordered
WHERE place = 1
ORDER BY household_id, person_id, holding_key, as_of
