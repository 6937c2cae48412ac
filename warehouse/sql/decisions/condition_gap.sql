-- One row: a condition whose evidence did not arrive: of a group of document types that can each
-- serve, every one is missing.
-- Who is missing: conditions whose evidence is complete, or that need none.
SELECT
    requirement.programme_code,
    requirement.bit,
    array_agg(DISTINCT requirement.document_type ORDER BY requirement.document_type)
        AS document_types
FROM condition_requirement AS requirement
INNER JOIN (
    SELECT
        condition_requirement.programme_code,
        condition_requirement.bit,
        condition_requirement.alternative
    FROM condition_requirement
    LEFT JOIN feed ON feed.document_type = condition_requirement.document_type
    GROUP BY
        condition_requirement.programme_code,
        condition_requirement.bit,
        condition_requirement.alternative
    HAVING max(CASE WHEN coalesce(feed.state, 'missing') <> 'missing' THEN 1 ELSE 0 END) = 0
) AS gap
    ON gap.programme_code = requirement.programme_code
    AND gap.bit = requirement.bit
    AND gap.alternative = requirement.alternative
GROUP BY requirement.programme_code, requirement.bit
ORDER BY requirement.programme_code, requirement.bit
