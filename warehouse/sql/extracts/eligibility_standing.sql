-- One row: a person, subject and programme of tonight, or of an earlier night and no longer ('stopped'),
-- with the business dates since when the standing holds and on which the row last changed.
-- Who is missing: rows that stopped before the day until which stopped rows are kept.
-- Which source wins: eligibility_tonight; dates are carried over from eligibility_before.
SELECT
    coalesce(tonight.person_digest, held.person_digest) AS person_digest,
    coalesce(tonight.subject_digest, held.subject_digest) AS subject_digest,
    coalesce(tonight.programme_code, held.programme_code) AS programme_code,
    coalesce(tonight.subject_kind, held.subject_kind) AS subject_kind,
    coalesce(tonight.standing, 'stopped') AS standing,
    CASE
        WHEN held.standing = coalesce(tonight.standing, 'stopped') THEN held.standing_since
        ELSE extract_night.business_date
    END AS standing_since,
    CASE
        WHEN held.standing = coalesce(tonight.standing, 'stopped')
            AND held.amount IS NOT DISTINCT FROM tonight.amount
            AND held.is_received = coalesce(tonight.is_received, FALSE)
            AND held.is_first_of_subject = coalesce(tonight.is_first_of_subject, FALSE)
            THEN held.changed_on
        ELSE extract_night.business_date
    END AS changed_on,
    coalesce(tonight.is_first_of_subject, FALSE) AS is_first_of_subject,
    tonight.amount,
    coalesce(tonight.is_received, FALSE) AS is_received
FROM eligibility_tonight AS tonight
FULL JOIN eligibility_before AS held
    ON held.person_digest = tonight.person_digest
    AND held.subject_digest = tonight.subject_digest
    AND held.programme_code = tonight.programme_code
CROSS JOIN extract_night
WHERE tonight.person_digest IS NOT NULL
    OR held.standing <> 'stopped'
    OR held.standing_since > extract_night.stopped_after
ORDER BY programme_code, person_digest, subject_digest
