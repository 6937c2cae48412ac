-- One row: what a confirmation round says of one subject and one programme that takes part in it.
--   outcome: unqualified (received, and by the facts of the round's day not entitled: reasons has every
--   failed condition; DIED: registered as dead by the round's day; NOT_IN_FORCE; EXCLUDED_BY_…:
--   another programme that is received excludes it), amount_change (received and entitled, but
--   difference_amount = received less payable is beyond the tolerance of `confirmation_round`; direction
--   overpaid or underpaid), confirmed, undetermined (nothing fails, something is not known: reasons, and
--   missing has the document types that never arrived; NO_UNIT, NOT_COUNTED, NOT_DECIDED: paid to
--   somebody in no unit, whom the law does not count in one, or of whom nothing is known),
--   newly_qualified (entitled, not received, not excluded).
--   received_amount is null where an entitlement and no payment is on record. Only monthly won are compared.
--   person_id: the person, or the head of the household. district_code is null where nobody is registered.
--   A result is a question to the authority in charge, never a stop.
-- Who is missing: subjects that neither receive the programme nor are newly qualified.
-- Which source wins: decision for what is payable, confirmation_receipt for what is paid.
WITH decided AS (
    SELECT
        decision.programme_code,
        decision.subject_id,
        decision.subject_kind,
        decision.outcome,
        decision.amount,
        coalesce(decision.payable_amount, decision.amount) AS payable_amount,
        decision.interaction_codes,
        decision.reasons,
        decision.missing,
        decision.margin_amount,
        coalesce(decision.is_received, FALSE) AS is_received,
        coalesce(decision.is_new, FALSE) AS is_new,
        coalesce(decision.is_excluded, FALSE) AS is_excluded
    FROM decision
    INNER JOIN confirmation_programme AS programme
        ON programme.programme_code = decision.programme_code
    WHERE decision.is_received OR decision.is_new
),
-- A payment may be on record of somebody whose entitlement facts do not say so: both are looked at.
looked_at AS (
    SELECT programme_code, subject_id FROM decided
    UNION
    SELECT programme_code, subject_id FROM confirmation_receipt
),
beside AS (
    SELECT
        looked_at.programme_code,
        looked_at.subject_id,
        coalesce(decided.subject_kind, receipt.subject_kind) AS subject_kind,
        receipt.person_id AS paid_person_id,
        receipt.is_counted,
        decided.outcome AS decided_outcome,
        decided.payable_amount,
        decided.interaction_codes,
        decided.reasons,
        decided.missing,
        decided.margin_amount,
        decided.is_new AND receipt.subject_id IS NULL AS is_new,
        coalesce(decided.is_received, FALSE) OR receipt.subject_id IS NOT NULL AS is_received,
        decided.is_excluded,
        receipt.month AS received_month,
        receipt.amount AS received_amount,
        receipt.payers,
        programme.participation,
        programme.ministry,
        programme.scope,
        programme.is_compared
        AND receipt.amount IS NOT NULL
        AND decided.payable_amount IS NOT NULL
            AS is_compared
    FROM looked_at
    INNER JOIN confirmation_programme AS programme
        ON programme.programme_code = looked_at.programme_code
    LEFT JOIN decided
        ON decided.programme_code = looked_at.programme_code
        AND decided.subject_id = looked_at.subject_id
    LEFT JOIN confirmation_receipt AS receipt
        ON receipt.programme_code = looked_at.programme_code
        AND receipt.subject_id = looked_at.subject_id
),
of_person AS (
    SELECT
        beside.*,
        CASE
            WHEN household.household_id IS NOT NULL THEN household.head_person_id
            WHEN beside.paid_person_id IS NOT NULL THEN beside.paid_person_id
            ELSE beside.subject_id
        END AS person_id,
        coalesce(household.legal_dong_code, person.legal_dong_code) AS legal_dong_code,
        person.death_date,
        person.person_id IS NOT NULL AS is_person
    FROM beside
    LEFT JOIN household
        ON beside.scope = 'household' AND household.household_id = beside.subject_id
    LEFT JOIN person ON person.person_id = beside.subject_id
),
judged AS (
    SELECT
        of_person.*,
        CASE
            WHEN is_new THEN 'newly_qualified'
            WHEN decided_outcome IS NULL AND death_date <= round.as_of THEN 'unqualified'
            WHEN decided_outcome IS NULL OR decided_outcome = 'undetermined' THEN 'undetermined'
            WHEN decided_outcome <> 'eligible' OR is_excluded THEN 'unqualified'
            WHEN is_compared
                AND abs(received_amount - payable_amount) > greatest(
                    round.tolerance_amount, payable_amount * round.tolerance_ppm // 1000000
                )
                THEN 'amount_change'
            ELSE 'confirmed'
        END AS outcome,
        CASE
            WHEN decided_outcome = 'eligible' AND is_compared
                THEN received_amount - payable_amount
        END AS difference_amount
    FROM of_person
    CROSS JOIN confirmation_round AS round
    WHERE is_received OR is_new
)
SELECT
    round.round_code,
    round.as_of,
    judged.participation,
    judged.ministry,
    judged.programme_code,
    judged.subject_kind,
    judged.subject_id,
    judged.person_id,
    substr(judged.legal_dong_code, 1, 5) AS district_code,
    judged.outcome,
    CASE
        WHEN judged.outcome = 'amount_change' AND judged.difference_amount > 0 THEN 'overpaid'
        WHEN judged.outcome = 'amount_change' THEN 'underpaid'
    END AS direction,
    judged.received_month,
    judged.received_amount,
    CASE WHEN judged.decided_outcome = 'eligible' THEN judged.payable_amount END AS payable_amount,
    judged.difference_amount,
    judged.payers,
    judged.margin_amount,
    CASE
        WHEN judged.outcome IN ('confirmed', 'amount_change', 'newly_qualified') THEN NULL
        WHEN judged.decided_outcome IS NULL AND judged.outcome = 'unqualified'
            THEN CAST(['DIED'] AS VARCHAR[])
        WHEN judged.decided_outcome IS NULL AND judged.scope = 'household'
            AND judged.subject_kind = 'person'
            THEN CAST(['NO_UNIT'] AS VARCHAR[])
        WHEN judged.decided_outcome IS NULL AND judged.scope = 'household' AND NOT judged.is_counted
            THEN CAST(['NOT_COUNTED'] AS VARCHAR[])
        WHEN judged.decided_outcome IS NULL THEN CAST(['NOT_DECIDED'] AS VARCHAR[])
        WHEN judged.decided_outcome = 'not_in_force' THEN CAST(['NOT_IN_FORCE'] AS VARCHAR[])
        WHEN judged.decided_outcome = 'eligible' THEN judged.interaction_codes
        ELSE judged.reasons
    END AS reasons,
    CASE WHEN judged.outcome = 'undetermined' THEN judged.missing END AS missing,
    judged.interaction_codes
FROM judged
CROSS JOIN confirmation_round AS round
ORDER BY judged.programme_code, judged.subject_id
