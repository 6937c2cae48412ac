"""What a night came to, for a person: a few tables read from the current release.

Add here: a table of the summary. Never here: figures that no table of the release holds.
"""

from __future__ import annotations

from dataclasses import dataclass

from warehouse.workbench import Workbench


@dataclass(frozen=True, slots=True)
class SummaryTable:
    """One table of the summary."""

    title: str
    rows: list[dict[str, object]]


_QUERIES: tuple[tuple[str, str, str], ...] = (
    (
        "Deliveries",
        "delivery",
        """
        SELECT state, count(*) AS deliveries, count(DISTINCT document_type) AS document_types,
            count(DISTINCT institution) AS institutions, sum(rows_received) AS rows_received,
            sum(rows_accepted) AS rows_accepted, sum(rows_quarantined) AS rows_quarantined,
            sum(rows_superseded) AS rows_repeated
        FROM delivery GROUP BY state ORDER BY state
        """,
    ),
)


def summarise(bench: Workbench) -> list[SummaryTable]:
    """Ask the release's tables; a table that the release does not hold is left out."""
    return [
        SummaryTable(title, bench.frame(query).to_dicts())
        for title, table, query in _QUERIES
        if bench.has(table)
    ]
