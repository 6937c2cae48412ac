-- One row: the newest delivery of a document type that is not as usual: too few or too many rows, a
-- column that is empty more often, or no delivery for too long. Tonight its facts count as stale, and
-- rules that need it keep silent (feed, rule_state).
-- Who is missing: feeds with fewer than eight like deliveries before, of which nothing is known to be
-- usual. Nothing is at stake: this is a question to the sender.
-- Which source wins: see feed_guard.
WITH found AS (
    SELECT
        feed_guard.document_type AS subject_id,
        CAST(NULL AS VARCHAR) AS person_id,
        CAST(NULL AS VARCHAR) AS programme_code,
        CAST(NULL AS VARCHAR) AS other_programme_code,
        night.month AS period,
        night.month AS first_period,
        night.month AS last_period,
        CAST(NULL AS BIGINT) AS amount_at_stake,
        feed_guard.detail AS statement
    FROM feed_guard
    CROSS JOIN night
    WHERE feed_guard.state = 'suspect'
),
evidence AS (
    SELECT
        feed_guard.document_type AS subject_id,
        CAST(NULL AS VARCHAR) AS programme_code,
        CAST(NULL AS VARCHAR) AS other_programme_code,
        night.month AS period,
        'delivery' AS role,
        feed_guard.document_type,
        feed_guard.delivery_id,
        CAST(NULL AS BIGINT) AS line
    FROM feed_guard
    CROSS JOIN night
    WHERE feed_guard.state = 'suspect'
)
{{finding_rows}}
