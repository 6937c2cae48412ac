"""Which sources are late or missing on the night, for the manifest of its release.

Here: comparing what is due with what has landed. Never here: when a type is due
(`hub.quality.expected_deliveries`). Next: the manifest says it, so nobody takes a release for whole
that was made without some institution.
"""

from __future__ import annotations

from warehouse.manifest import SourceGap, SourceState
from warehouse.workbench import Workbench

_GAPS = """
WITH due AS (
    SELECT document_type.code, document_type.institution, max(scorecard_month.month) AS due_month
    FROM document_type
    INNER JOIN expected_delivery ON expected_delivery.cycle = document_type.cycle
    CROSS JOIN scorecard_month
    CROSS JOIN night
    WHERE extract('month' FROM scorecard_month.month) % expected_delivery.every_months = 0
        AND scorecard_month.month + INTERVAL 1 MONTH
            + to_days(CAST(expected_delivery.days_to_deliver AS INTEGER)) <= night.as_of
    GROUP BY document_type.code, document_type.institution
),
landed AS (
    SELECT
        document_type,
        max(period) AS newest_period,
        max(CAST(
            substr(period, 1, 4) || '-'
            || CASE WHEN length(period) >= 6 THEN substr(period, 5, 2) ELSE '12' END
            || '-01' AS DATE
        )) AS newest_month
    FROM delivery
    WHERE state = 'landed'
    GROUP BY document_type
)
SELECT
    due.code AS document_type,
    due.institution,
    CASE WHEN landed.document_type IS NULL THEN 'missing' ELSE 'late' END AS state,
    CAST(due.due_month AS DATE) AS due_month,
    landed.newest_period
FROM due
LEFT JOIN landed ON landed.document_type = due.code
WHERE landed.newest_month IS NULL OR landed.newest_month < due.due_month
ORDER BY due.code
"""


def source_gaps(bench: Workbench) -> list[SourceGap]:
    """Return the document types of which something is due and has not landed, by code.

    Needs `night`, `document_type`, `delivery`, `expected_delivery` and `scorecard_month`. Types that
    are sent on request are never due.
    """
    return [
        SourceGap(**{**row, "state": SourceState(row["state"])})
        for row in bench.frame(_GAPS).iter_rows(named=True)
    ]
