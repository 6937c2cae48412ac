-- title: Coverage: which feeds are fresh, stale or missing
-- title_ko: 자료 도착 현황
-- explains: Document types by institution and by how fresh their newest delivery is.
SELECT
    feed.institution,
    any_value(document_type.institution_name_ko) AS institution_name_ko,
    feed.state,
    count(*) AS document_types,
    min(feed.newest_period_start) AS oldest_period_start
FROM feed
INNER JOIN document_type ON feed.document_type = document_type.code
GROUP BY feed.institution, feed.state
ORDER BY feed.institution, feed.state
