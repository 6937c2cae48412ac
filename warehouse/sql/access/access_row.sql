-- One row: one access and one person whose data it touched; accesses that touched nobody have no person.
-- The post of the official on that day, the case it was for, and whether that case covers it.
-- A case covers an access where it is about one of its people: their household may be read with them.
-- Who is missing: accesses that were refused or failed (see `refused_row`).
-- Which source wins: the log of accesses; the register of officials for posts.
WITH line AS (
    SELECT
        log_entry.*,
        coalesce(completes, number) AS access,
        CAST(happened_at AS DATE) AS happened_on
    FROM log_entry
    WHERE result IN ('allowed', 'answered')
),
post AS (
    SELECT actor, person_id AS own_person_id, area_code, role, valid_from, valid_to
    FROM official
),
covered AS (
    SELECT DISTINCT line.access
    FROM line
    INNER JOIN known_case ON known_case.case_id = line.case_id
    INNER JOIN log_subject AS subject ON subject.number = line.number
    WHERE (known_case.person_id IS NULL OR known_case.person_id = subject.person_id)
        AND known_case.opened_on <= line.happened_on
        AND (known_case.closed_on IS NULL OR line.happened_on <= known_case.closed_on + INTERVAL 14 DAY)
)
SELECT
    line.access,
    line.number,
    subject.entry_id,
    line.happened_at,
    line.happened_on,
    CAST(date_trunc('month', line.happened_at) AS DATE) AS month,
    line.actor,
    post.own_person_id,
    post.area_code,
    coalesce(post.role, line.role) AS role,
    post.actor IS NOT NULL AS has_post,
    subject.person_id,
    person.area_code AS person_area,
    coalesce(line.purpose, '') AS purpose,
    coalesce(line.purpose, '') IN ('application', 'consultation', 'certificate') AS needs_no_case,
    covered.access IS NOT NULL AS has_case,
    coalesce(post.area_code, '') = ''
    OR coalesce(starts_with(person.area_code, post.area_code), TRUE) AS is_in_area,
    line.completes IS NULL AS is_asked,
    line.is_break_glass,
    line.ticket,
    line.is_download,
    line.download_reason
FROM line
LEFT JOIN post
    ON post.actor = line.actor
    AND post.valid_from <= line.happened_on
    AND (post.valid_to IS NULL OR post.valid_to >= line.happened_on)
LEFT JOIN log_subject AS subject ON subject.number = line.number
LEFT JOIN person_area AS person ON person.person_id = subject.person_id
LEFT JOIN covered ON covered.access = line.access
ORDER BY line.number, subject.entry_id
