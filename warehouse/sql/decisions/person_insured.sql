-- One row: a person ever told of as insured against unemployment: days insured within the last 18
-- months, and the days since the insurance was last lost (0 while insured, null without a loss).
-- Days insured by two employers at once count once.
-- Who is missing: people without a spell. Which source wins: of one spell told twice (reports and the
-- quarterly ledger), the earlier end.
WITH spell AS (
    SELECT
        person_index.person_id,
        coalesce(f18_insurance_membership.acquired_on, DATE '1990-01-01') AS acquired_on,
        min(least(coalesce(f18_insurance_membership.lost_on, night.as_of), night.as_of)) AS lost_on,
        max(CASE WHEN f18_insurance_membership.lost_on <= night.as_of THEN 1 ELSE 0 END) = 0
            AS is_open
    FROM f18_insurance_membership
    CROSS JOIN night
    INNER JOIN person_index ON person_index.signature_id = f18_insurance_membership.signature_id
    WHERE f18_insurance_membership.scheme = 'employment_insurance'
        AND (
            f18_insurance_membership.acquired_on IS NULL
            OR f18_insurance_membership.acquired_on <= night.as_of
        )
    GROUP BY
        person_index.person_id,
        f18_insurance_membership.employer_brn,
        f18_insurance_membership.acquired_on
),
reached AS (
    SELECT
        spell.person_id,
        spell.lost_on,
        spell.is_open,
        greatest(spell.acquired_on, CAST(night.as_of - INTERVAL '18' MONTH AS DATE)) AS counted_from,
        max(spell.lost_on) OVER (
            PARTITION BY spell.person_id
            ORDER BY spell.acquired_on, spell.lost_on
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS covered_to
    FROM spell
    CROSS JOIN night
)
SELECT
    person_id,
    CAST(
        sum(greatest(lost_on - greatest(counted_from, coalesce(covered_to, counted_from)), 0))
        AS BIGINT
    ) AS insured_day_count,
    max(CASE WHEN is_open THEN 1 ELSE 0 END) = 1 AS is_insured,
    CASE
        WHEN max(CASE WHEN is_open THEN 1 ELSE 0 END) = 1 THEN CAST(0 AS BIGINT)
        ELSE CAST(max(night.as_of) - max(lost_on) AS BIGINT)
    END AS unemployed_day_count
FROM reached
CROSS JOIN night
GROUP BY person_id
ORDER BY person_id
