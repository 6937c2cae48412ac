"""Whether every row and won that arrived is accepted, quarantined or superseded, type by type.

Here: what is done with a type that lost something. Never here: the counting
(`warehouse/sql/quality/row_conservation.sql`) or the comparison of one delivery while it lands
(`pipelines.steps.landing`). Next: a check of each family in Dagster, which stops the night, and the
publisher, which refuses a night that lost rows.
"""

from __future__ import annotations

from dataclasses import dataclass

from hub.expected_error import ExpectedError
from warehouse.workbench import Workbench

_MOST_NAMED = 10
_LOSSES = """
SELECT
    row_conservation.document_type, document_type.family,
    row_conservation.rows_lost, row_conservation.rows_unstored, row_conservation.won_lost
FROM row_conservation
INNER JOIN document_type ON document_type.code = row_conservation.document_type
WHERE NOT row_conservation.is_conserved
ORDER BY row_conservation.document_type
"""


class RowsLostError(ExpectedError):
    """Rows or won of a document type are neither accepted, quarantined nor superseded."""


@dataclass(frozen=True, slots=True)
class Loss:
    """What one document type lost."""

    document_type: str
    family: str
    rows_lost: int
    rows_unstored: int
    won_lost: int

    def __str__(self) -> str:
        return (
            f"{self.document_type}: {self.rows_lost} rows and {self.won_lost} won lost, "
            f"{self.rows_unstored} accepted rows not in the lake's files"
        )


def losses(bench: Workbench) -> list[Loss]:
    """Return the document types that lost something, by code; needs `row_conservation`."""
    return [Loss(**row) for row in bench.frame(_LOSSES).iter_rows(named=True)]


def refuse_losses(bench: Workbench) -> None:
    """Refuse a night that lost rows.

    Raises:
        RowsLostError: it did; the message names types and counts.
    """
    found = losses(bench)
    if found:
        named = "; ".join(map(str, found[:_MOST_NAMED]))
        raise RowsLostError(
            f"{len(found)} document types lost rows: {named}. Nothing is published; look at the table "
            "row_conservation, `hub reopen` the deliveries and run the night again"
        )
