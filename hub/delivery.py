"""What one delivery is: its name, identity, batches of raw rows, and how it can go wrong.

Here: the file-name grammar, the types that readers give and conforming takes, and the error that
stops a delivery. Never here: reading bytes (`sources.readers`), converting values
(`hub.conforming`), or remembering deliveries (`warehouse.ledger`).

A file is called `<document type>_<period>_<sequence>_<made at>.<ending>`, for example
`I03-F11-02_202603_001_20260401T013000.csv`. Identity is (document type, period, sequence); the
sender's stamp `made_at` tells which of two deliveries of one identity is the later. A name that
ends in `.part` is still being written and is left alone.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial

import polars as pl

LINE = "_line"
"""Name of the line (or record) number column in a raw batch; 1 is the file's first line."""

_NAME = re.compile(
    r"^(?P<document>I\d{2}-F\d{2}-\d{2})_(?P<period>\d{4}(?:\d{2}){0,2})_(?P<sequence>\d{3})"
    r"_(?P<made_at>\d{8}T\d{6})\.(?P<ending>txt|csv|xml|jsonl|parquet)$"
)


class DeliveryState(StrEnum):
    """Where a delivery stands in the ledger."""

    RECEIVED = "received"
    LANDED = "landed"
    STOPPED = "stopped"
    ERASED = "erased"
    """Its term is over: bytes and rows are gone."""


class DeliveryStopped(Exception):  # noqa: N818 (a verdict on a delivery, no fault of the hub)
    """A delivery cannot be landed as a whole; nothing of it is lost, its bytes are archived.

    Args:
        rule: reason code, a key of `hub.reasons.REASONS`.
        file: name of the file, without folders.
        line: physical line or record number, where known.
        column: the sender's column name, where known.
        detail: what was found; never a value from the file.
    """

    def __init__(
        self,
        rule: str,
        file: str,
        detail: str,
        *,
        line: int | None = None,
        column: str | None = None,
    ) -> None:
        self.rule, self.file, self.detail, self.line, self.column = rule, file, detail, line, column
        place = file + (f", line {line}" if line else "") + (f", column {column}" if column else "")
        super().__init__(f"{place}: {rule}: {detail}")

    def __reduce__(self) -> tuple[partial[DeliveryStopped], tuple[str, str, str]]:
        """Cross from one process to another, as a worker's verdict does."""
        made = partial(DeliveryStopped, line=self.line, column=self.column)
        return made, (self.rule, self.file, self.detail)


@dataclass(frozen=True, slots=True)
class DeliveryName:
    """A delivery's file name, taken apart."""

    document: str
    period: str
    sequence: int
    made_at: dt.datetime
    ending: str

    @classmethod
    def parse(cls, file_name: str) -> DeliveryName:
        """Take `file_name` apart.

        Raises:
            DeliveryStopped: the name does not follow the grammar (`file_name_invalid`).
        """
        refused = DeliveryStopped(
            "file_name_invalid",
            file_name,
            "expected <type>_<period>_<sequence>_<YYYYMMDDTHHMMSS>.<ending>",
        )
        match = _NAME.match(file_name)
        if match is None:
            raise refused
        try:
            made_at = dt.datetime.fromisoformat(match["made_at"])
            name = cls(
                match["document"], match["period"], int(match["sequence"]), made_at, match["ending"]
            )
            _ = name.period_start
        except ValueError:
            raise refused from None
        return name

    def __str__(self) -> str:
        stamp = f"{self.made_at:%Y%m%dT%H%M%S}"
        return f"{self.document}_{self.period}_{self.sequence:03d}_{stamp}.{self.ending}"

    @property
    def identity(self) -> tuple[str, str, int]:
        """(document type, period, sequence): what this delivery is a delivery of."""
        return self.document, self.period, self.sequence

    @property
    def period_start(self) -> dt.date:
        """First day of the period: YYYY, YYYYMM or YYYYMMDD."""
        year, month, day = self.period[:4], self.period[4:6] or "01", self.period[6:8] or "01"
        return dt.date(int(year), int(month), int(day))


@dataclass(frozen=True, slots=True)
class Reject:
    """One row (or one line that is no row) that a reader or a rule refused.

    `detail` names what was expected and what kind of thing was found; it never holds a value.
    """

    line: int
    column: str | None
    rule: str
    detail: str


@dataclass(slots=True)
class RawBatch:
    """A bounded run of rows as the sender wrote them.

    `frame` has one String column for each of the sender's columns (names as in the catalogue,
    null or empty where nothing was written) and `_line` (Int64). Rows that are no rows at all
    are in `rejects` instead.
    """

    frame: pl.DataFrame
    rejects: list[Reject] = field(default_factory=list)
