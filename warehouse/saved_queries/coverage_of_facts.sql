-- title: Coverage: of how many people each fact is known
-- title_ko: 사실별 파악 비율
-- explains: What share of its subjects a fact is known of, and which sources are missing.
SELECT
    fact,
    scope,
    subjects,
    known_ppm,
    unknown_ppm,
    arrived_source_count,
    source_count,
    missing_sources
FROM fact_coverage
ORDER BY known_ppm, fact
