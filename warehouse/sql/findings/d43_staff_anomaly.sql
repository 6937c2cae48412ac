-- One row: one piece of evidence of what, in an official's actions of a month, needs an auditor's eye:
--   alone: one person entered and approved the same thing, several times;
--   reverted: things made and taken back by the same person soon after, a series of them;
--   family: entered, approved or paid for oneself, a relative or somebody of the same household;
--   own account: a benefit of somebody else was paid into an account of the official or their family.
-- Evidence of an action is its row in the log (document_type 'official_action', delivery_id its id).
-- Who is missing: corrections within the same day, which are ordinary slips; benefits of the family
-- itself into the family's account, which is where they belong; officials unknown as persons, of whom
-- only the first two can be told.
-- Which source wins: the log; a payment's row for the account.
WITH acted AS (
    SELECT
        official_action.*,
        CAST(date_trunc('month', official_action.happened_at) AS DATE) AS month
    FROM official_action
    CROSS JOIN night
    CROSS JOIN d43_setting AS setting
    WHERE CAST(official_action.happened_at AS DATE) <= night.as_of
        AND CAST(official_action.happened_at AS DATE) >= CAST(
            night.month - to_months(CAST(setting.lookback_months AS INTEGER)) AS DATE
        )
),
entered_and_approved AS (
    SELECT entered.actor, approved.month, approved.action_id, entered.action_id AS other_action_id
    FROM acted AS entered
    INNER JOIN acted AS approved
        ON approved.actor = entered.actor
        AND approved.object_kind = entered.object_kind
        AND approved.object_id = entered.object_id
        AND approved.action = 'approve'
    WHERE entered.action = 'enter'
),
alone AS (
    SELECT own.actor, own.month, own.action_id, own.other_action_id
    FROM entered_and_approved AS own
    CROSS JOIN d43_setting AS setting
    INNER JOIN (
        SELECT actor, month, count(*) AS times
        FROM entered_and_approved
        GROUP BY actor, month
    ) AS counted ON counted.actor = own.actor AND counted.month = own.month
    WHERE counted.times >= setting.least_alone
),
made_and_reverted AS (
    SELECT reverted.actor, reverted.month, reverted.action_id, made.action_id AS other_action_id
    FROM acted AS made
    CROSS JOIN d43_setting AS setting
    INNER JOIN acted AS reverted
        ON reverted.actor = made.actor
        AND reverted.object_kind = made.object_kind
        AND reverted.object_id = made.object_id
        AND reverted.action = 'revert'
    WHERE made.action = 'create'
        AND date_diff('day', CAST(made.happened_at AS DATE), CAST(reverted.happened_at AS DATE))
        BETWEEN 1 AND setting.revert_days
),
series AS (
    SELECT own.actor, own.month, own.action_id, own.other_action_id
    FROM made_and_reverted AS own
    CROSS JOIN d43_setting AS setting
    INNER JOIN (
        SELECT actor, month, count(*) AS times
        FROM made_and_reverted
        GROUP BY actor, month
    ) AS counted ON counted.actor = own.actor AND counted.month = own.month
    WHERE counted.times >= setting.least_reverted
),
family AS (
    SELECT acted.actor, acted.month, acted.action_id, acted.person_id, kin.kinship
    FROM acted
    INNER JOIN (
        SELECT actor, person_id, max(kinship) AS kinship FROM official_kin GROUP BY actor, person_id
    ) AS kin ON kin.actor = acted.actor AND kin.person_id = acted.person_id
    WHERE acted.action IN ('enter', 'approve', 'create', 'pay', 'change_account')
),
own_account AS (
    SELECT DISTINCT
        kin.actor, kin.person_id AS holder_id, account.institution_no, account.account_no
    FROM official_kin AS kin
    INNER JOIN person_index ON person_index.person_id = kin.person_id
    INNER JOIN f26_deposit_account AS account
        ON account.signature_id = person_index.signature_id
    WHERE account.account_no IS NOT NULL AND account.institution_no IS NOT NULL
),
-- A benefit may go to an account of the recipient's own family.
family_of_holder AS (
    SELECT own_account.actor, own_account.institution_no, own_account.account_no,
        tie.relative_id AS person_id
    FROM own_account
    INNER JOIN family_graph AS tie ON tie.person_id = own_account.holder_id
    UNION
    SELECT own_account.actor, own_account.institution_no, own_account.account_no, mate.person_id
    FROM own_account
    INNER JOIN household_member AS holder ON holder.person_id = own_account.holder_id
    INNER JOIN household_member AS mate ON mate.household_id = holder.household_id
    UNION
    SELECT actor, institution_no, account_no, holder_id
    FROM own_account
),
into_own_account AS (
    SELECT DISTINCT
        own_account.actor,
        CAST(date_trunc('month', payment.period) AS DATE) AS month,
        payment.amount,
        payment.document_type,
        payment.delivery_id,
        payment.line
    FROM own_account
    CROSS JOIN night
    INNER JOIN f35_benefit_payment AS payment
        ON payment.account_no = own_account.account_no
        AND payment.bank_no = own_account.institution_no
    INNER JOIN person_index ON person_index.signature_id = payment.signature_id
    LEFT JOIN official_kin AS kin
        ON kin.actor = own_account.actor AND kin.person_id = person_index.person_id
    LEFT JOIN family_of_holder AS own_family
        ON own_family.actor = own_account.actor
        AND own_family.institution_no = own_account.institution_no
        AND own_family.account_no = own_account.account_no
        AND own_family.person_id = person_index.person_id
    WHERE kin.person_id IS NULL
        AND own_family.person_id IS NULL
        AND payment.amount > 0 AND payment.period <= night.as_of
),
told AS (
    SELECT actor, month, 'alone' AS pattern, count(*) AS times, 0 AS amount
    FROM alone
    GROUP BY actor, month
    UNION ALL
    SELECT actor, month, 'reverted', count(*), 0
    FROM series
    GROUP BY actor, month
    UNION ALL
    SELECT actor, month, kinship, count(*), 0
    FROM family
    GROUP BY actor, month, kinship
    UNION ALL
    SELECT actor, month, 'own account', count(*), sum(amount)
    FROM into_own_account
    GROUP BY actor, month
),
found AS (
    SELECT
        actor AS subject_id,
        CAST(NULL AS VARCHAR) AS person_id,
        CAST(NULL AS VARCHAR) AS programme_code,
        CAST(NULL AS VARCHAR) AS other_programme_code,
        month AS period,
        month AS first_period,
        month AS last_period,
        nullif(CAST(sum(amount) AS BIGINT), 0) AS amount_at_stake,
        string_agg(pattern || ' ' || CAST(times AS VARCHAR), ', ' ORDER BY pattern) AS statement
    FROM told
    GROUP BY actor, month
),
action_row AS (
    SELECT actor, month, 'alone' AS role, action_id FROM alone
    UNION ALL
    SELECT actor, month, 'alone', other_action_id FROM alone
    UNION ALL
    SELECT actor, month, 'reverted', action_id FROM series
    UNION ALL
    SELECT actor, month, 'reverted', other_action_id FROM series
    UNION ALL
    SELECT actor, month, 'family', action_id FROM family
),
evidence AS (
    SELECT
        actor AS subject_id,
        CAST(NULL AS VARCHAR) AS programme_code,
        CAST(NULL AS VARCHAR) AS other_programme_code,
        month AS period,
        role,
        'official_action' AS document_type,
        action_id AS delivery_id,
        CAST(NULL AS BIGINT) AS line
    FROM action_row
    UNION ALL
    SELECT actor, NULL, NULL, month, 'own account', document_type, delivery_id, line
    FROM into_own_account
)
{{finding_rows}}
