"""Feeds that go wrong as a whole: rows collapse, a column empties, or nothing arrives any more.

Here: what was asked for, and doing it to the rows of a planned file. Never here: single bad rows or
damaged files (`faults`). A country has no such fault unless it is asked for. Next: `nights` applies
them, the truth lists them as cases of rule D45.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from hub.catalogue import DocumentType, Format, SchemaVersion

GUARD_RULE = "D45"
KEPT_ROWS_PER_CENT = 12
EMPTIED_ROWS_PER_CENT = 70
_WRITTEN = re.compile(
    r"(?P<kind>[a-z]+):(?P<type>I[0-9]{2}-F[0-9]{2}-[0-9]{2})@(?P<day>[0-9-]{10})"
)


class FeedFaultKind(StrEnum):
    """What goes wrong with a feed."""

    COLLAPSE = "collapse"
    """Only about an eighth of the rows arrive."""
    NULLS = "nulls"
    """A column that may be empty is empty in most rows."""
    STOP = "stop"
    """Nothing arrives."""


@dataclass(frozen=True, slots=True)
class FeedFault:
    """A fault of one feed from a day on."""

    document_type: str
    kind: FeedFaultKind
    begins_on: dt.date

    @classmethod
    def parse(cls, text: str) -> FeedFault:
        """Read `collapse:I23-F15-01@2026-03-01`.

        Raises:
            ValueError: the text says no fault.
        """
        found = _WRITTEN.fullmatch(text)
        if found is None:
            raise ValueError(
                f"{text}: expected KIND:TYPE@YYYY-MM-DD, as collapse:I23-F15-01@2026-03-01"
            )
        kind = FeedFaultKind(found["kind"])
        return cls(found["type"], kind, dt.date.fromisoformat(found["day"]))


def fault_on(
    faults: Collection[FeedFault], document_type: str, day: dt.date
) -> FeedFaultKind | None:
    """Return what is wrong with the feed on `day`."""
    kinds = [
        fault.kind
        for fault in faults
        if fault.document_type == document_type and fault.begins_on <= day
    ]
    return kinds[0] if kinds else None


def spoil_rows(
    document: DocumentType, version: SchemaVersion, facts: pl.DataFrame, kind: FeedFaultKind
) -> pl.DataFrame:
    """Return what is left of the rows of a file; without rows nothing is sent."""
    if kind is FeedFaultKind.STOP:
        return facts.clear()
    if kind is FeedFaultKind.COLLAPSE:
        return facts.head(max(facts.height * KEPT_ROWS_PER_CENT // 100, 1))
    column = emptied_column(document, version, facts)
    if column is None:
        return facts
    lot = pl.int_range(pl.len()) * 37 % 100
    return facts.with_columns(
        pl.when(lot >= EMPTIED_ROWS_PER_CENT).then(pl.col(column)).alias(column)
    )


def emptied_column(
    document: DocumentType, version: SchemaVersion, facts: pl.DataFrame
) -> str | None:
    """Return the first column that may be empty and hardly ever is, or None."""
    for column in version.columns:
        name = column.canonical
        if (
            name in facts.columns
            and not column.required
            and column.format is not Format.ID13
            and name != document.amount_column
            and facts[name].null_count() * 20 < facts.height
        ):
            return name
    return None


def planted_faults(faults: Collection[FeedFault]) -> pl.DataFrame:
    """Return the faults as planted cases of D45: document_type, period and note are filled."""
    return pl.DataFrame(
        [
            {
                "rule_id": GUARD_RULE,
                "period": fault.begins_on.replace(day=1),
                "document_type": fault.document_type,
                "must_be_found": True,
                "note": f"feed: {fault.kind.value}",
            }
            for fault in faults
        ],
        schema={
            "rule_id": pl.String,
            "period": pl.Date,
            "document_type": pl.String,
            "must_be_found": pl.Boolean,
            "note": pl.String,
        },
    )
