"""An opened delivery: its schema version and its batches, and what was counted on the way.

Here: the counting that no format may forget, and the comparison with what the sender stated.
Never here: bytes of a format. Next: `hub.conforming` takes the batches.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Literal, Protocol

import polars as pl

from hub.catalogue import DocumentType, SchemaVersion
from hub.delivery import LINE, DeliveryName, DeliveryStopped, RawBatch

REJECTS_BEFORE_STOP = 20_000
"""Bad lines in one chunk from which on a chunk with mostly bad lines stops the delivery."""


class Received(Protocol):
    """Received bytes that can be opened several times: a path, or a file of the vault's archive."""

    def open(self, mode: Literal["rb"]) -> BinaryIO:
        """Return the bytes as a file that can be seeked."""


@dataclass(slots=True)
class Stated:
    """What the sender says about the whole delivery (trailer or attributes)."""

    rows: int | None = None
    total: int | None = None
    line: int | None = None


@dataclass(slots=True)
class Parsed:
    """One parsed chunk."""

    batch: RawBatch
    physical_lines: int


class OpenDelivery:
    """A delivery whose frame was understood; iterate `batches()` once.

    After exhaustion `received_rows` counts the rows, bad ones too, and `physical_lines` the lines
    (records, for Parquet). Amounts stay in the sender's unit here.
    """

    def __init__(
        self,
        document: DocumentType,
        name: DeliveryName,
        version: SchemaVersion,
        parsed: Iterator[Parsed],
        stated: Stated,
        first_lines: int = 0,
    ) -> None:
        self.document, self.name, self.version = document, name, version
        self.received_rows = 0
        self.physical_lines = first_lines
        self._parsed, self._stated = parsed, stated
        self._total: int | None = 0
        amount = document.amount_column
        column = version.by_canonical(amount) if amount else None
        self._amount_name = column.name if column else None

    def batches(self) -> Generator[RawBatch]:
        """Yield the rows in file order, then compare with what the sender stated.

        A delivery without rows gives one batch without rows, so that its columns are known.

        Raises:
            DeliveryStopped: the file is not whole, or its stated count or total differs.
        """
        for parsed in self._parsed:
            batch = parsed.batch
            self._stop_if_junk(batch)
            self.received_rows += batch.frame.height + len(batch.rejects)
            self.physical_lines += parsed.physical_lines
            self._add_up(batch)
            if batch.frame.height or batch.rejects:
                yield batch
        self._compare()
        if not self.received_rows:
            yield RawBatch(self._no_rows())

    def _no_rows(self) -> pl.DataFrame:
        names = [column.name for column in self.version.columns]
        return pl.DataFrame(schema={LINE: pl.Int64, **dict.fromkeys(names, pl.String)})

    def _stop_if_junk(self, batch: RawBatch) -> None:
        bad = len(batch.rejects)
        if bad >= REJECTS_BEFORE_STOP and bad > batch.frame.height:
            first = batch.rejects[0]
            raise DeliveryStopped(
                "too_many_bad_rows",
                str(self.name),
                f"{bad} lines in one run are no rows; the first breaks {first.rule}",
                line=first.line,
            )

    def _add_up(self, batch: RawBatch) -> None:
        """Add the batch's amounts; one unreadable amount makes the total unknowable."""
        if self._amount_name is None:
            return
        if batch.rejects:
            self._total = None
        if self._total is None or not batch.frame.height:
            return
        text = batch.frame.get_column(self._amount_name)
        numbers = text.cast(pl.Int64, strict=False)
        if numbers.null_count() > text.null_count():
            text = text.str.strip_chars()
            numbers = text.cast(pl.Int64, strict=False)
            blank = (text == "").sum() + text.null_count()
            if numbers.null_count() > blank:
                self._total = None
                return
        self._total += int(numbers.cast(pl.Int128).sum() or 0)

    def _compare(self) -> None:
        stated = self._stated
        if stated.rows is not None and stated.rows != self.received_rows:
            raise DeliveryStopped(
                "trailer_count_mismatch",
                str(self.name),
                f"{stated.rows} rows stated, {self.received_rows} rows received",
                line=stated.line,
            )
        if stated.total is not None and self._total is not None and stated.total != self._total:
            raise DeliveryStopped(
                "control_total_mismatch",
                str(self.name),
                "the stated control total is not the sum of the amounts received",
                line=stated.line,
                column=self._amount_name,
            )


def empty_frame(version: SchemaVersion) -> pl.DataFrame:
    """Return a raw frame without rows."""
    return pl.DataFrame(schema=raw_schema(version))


def raw_schema(version: SchemaVersion) -> dict[str, pl.DataType]:
    """Return the schema of a raw frame: the sender's columns as String, then the line number."""
    schema: dict[str, pl.DataType] = {column.name: pl.String() for column in version.columns}
    schema[LINE] = pl.Int64()
    return schema


def frame_of_rows(
    version: SchemaVersion, rows: list[tuple[int, tuple[str | None, ...]]]
) -> pl.DataFrame:
    """Return the raw frame of (line, values in catalogue order) rows; for careful paths only."""
    columns: dict[str, list[str | None] | list[int]] = {
        column.name: [values[position] for _, values in rows]
        for position, column in enumerate(version.columns)
    }
    columns[LINE] = [line for line, _ in rows]
    return pl.DataFrame(columns, schema=raw_schema(version))
