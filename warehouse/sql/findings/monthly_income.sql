-- One row: one report of what a person had in a month (won), as a source states it for that month: a wage
-- (role 'wage') or a public pension or transfer (role 'transfer'). The wage or transfer of the month is
-- the sum. Only people who are in a unit, a registered household or a dwelling with a holder of a
-- programme that the rules about income beside a benefit look at (D38, D41).
-- Kinds that tell of the same income are one (profile_kind.overlap): the best ranked is taken, and
-- different groups (regular wage, daily wage) stand beside each other.
-- Who is missing: yearly totals, which belong to no month; pay of public work (A28, A29), which the
-- welfare office itself pays and knows; and job seeking and parental leave (A26, A27), which end by
-- themselves within months.
-- Which source wins: the rank of hub/profiles/precedence.toml.
WITH holder AS (
    SELECT DISTINCT held.person_id
    FROM benefit_held AS held
    INNER JOIN rule_programme AS looked_at
        ON looked_at.programme_code = held.programme_code AND looked_at.rule_id IN ('D38', 'D41')
),
looked_at AS (
    SELECT other.person_id
    FROM holder
    INNER JOIN assistance_unit_member AS own ON own.person_id = holder.person_id
    INNER JOIN assistance_unit_member AS other ON other.household_id = own.household_id
    UNION
    SELECT other.person_id
    FROM holder
    CROSS JOIN night
    INNER JOIN household_member AS own ON own.person_id = holder.person_id
    INNER JOIN household_member AS other ON other.household_id = own.household_id
    WHERE (own.valid_to IS NULL OR own.valid_to >= night.as_of)
        AND (other.valid_to IS NULL OR other.valid_to >= night.as_of)
    UNION
    SELECT other.person_id
    FROM holder
    INNER JOIN dwelling_resident AS own ON own.person_id = holder.person_id
    INNER JOIN dwelling_resident AS other ON other.dwelling_id = own.dwelling_id
),
ranked AS (
    SELECT
        income.person_id,
        income.month,
        CASE kind.figure WHEN 'earned' THEN 'wage' ELSE 'transfer' END AS role,
        income.monthly_amount AS amount,
        income.document_type,
        income.delivery_id,
        income.line,
        row_number() OVER (
            PARTITION BY income.person_id, income.month, kind.figure, kind.overlap
            ORDER BY kind.rank, income.document_type, income.delivery_id, income.line
        ) AS place
    FROM income
    INNER JOIN looked_at ON looked_at.person_id = income.person_id
    INNER JOIN profile_kind AS kind ON kind.income_asset_code = income.income_asset_code
    WHERE income.status = 'known'
        AND kind.figure IN ('earned', 'public_transfer')
        AND kind.income_asset_code NOT IN ('A26', 'A27', 'A28', 'A29')
        AND income.monthly_amount > 0
)
SELECT person_id, month, role, amount, document_type, delivery_id, line
FROM ranked
WHERE place = 1
ORDER BY person_id, month, role, document_type
