"""What a night does to cases: new ones open, findings join theirs, empty ones close.

Here: sets at a time, after `see_findings` has brought the findings' states up to the night. Never
here: what people do (`cases`) or which finding is whose successor (`findings`). Next:
`case_changes` holds the steps; people work on the cases.

A case is a rule, a subject and an episode of its programmes. A finding of another month joins the
case that is not closed yet. After the close a new month opens a new case; a month that was decided
does not, whatever its facts are by now. A case that the machine closed opens again with its evidence.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from warehouse.ledger.book import Book
from warehouse.ledger.case_changes import NightOfCases
from warehouse.ledger.case_rows import ORIGIN_SCHEMA
from warehouse.ledger.case_schema import CASE_EVENT
from warehouse.ledger.seals import seal


@dataclass(frozen=True, slots=True)
class CaseChanges:
    """What a night changed in the cases, in counts."""

    opened: int = 0
    attached: int = 0
    """Findings that joined a case."""
    returned: int = 0
    """Closed by the machine before, and open again with their evidence."""
    vanished: int = 0
    """Closed by the machine: no evidence is left, and nobody had decided."""
    held: int = 0
    """Opened with a payment on hold."""


class CaseNightBook(Book):
    """Cases as nights see them."""

    def see_cases(self, night: dt.date, origins: pl.DataFrame) -> CaseChanges:
        """Bring the cases up to `night`; call after `see_findings`. Repeating a night changes nothing.

        Args:
            night: the night's date.
            origins: the night's findings, `ORIGIN_SCHEMA`.
        """
        known = origins.select(pl.col(name).cast(kind) for name, kind in ORIGIN_SCHEMA.items())
        with self._writing() as connection:
            changes = NightOfCases(connection, night, known)
            changes.follow_successors()
            changes.return_cases()
            changes.attach()
            changes.open_cases()
            changes.close_empty()
            changes.write_events()
            seal(connection, CASE_EVENT.name)
        return CaseChanges(**changes.counts)
