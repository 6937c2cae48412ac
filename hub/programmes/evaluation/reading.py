"""Subject tables in pieces: rows of Parquet row groups, with the facts that are asked of them.

Here: which rows are decided at once, and reading the columns of their facts. Never here: deciding
(`deciding`) or the order of pieces (`run`). Next: `run` decides the frames.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from hub.programmes.evaluation.frames import AnyColumn, Frame, MemberFrame, read_column, stacked
from hub.programmes.facts import Fact

ROWS_OF_A_PIECE = 1 << 19
"""Small enough for a fact's column to stay in the processor's cache, large enough for the work on its
rows to be long beside the work of asking for it."""
_FACTS_AT_ONCE = 8
"""Facts that are read before the next: what was read lies in the cache while it is made narrow."""


class _Span(NamedTuple):
    """Some rows of one row group."""

    group: int
    offset: int
    rows: int


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows of a table that are decided at once."""

    path: Path
    metadata: pq.FileMetaData
    spans: tuple[_Span, ...]
    first_row: int

    @property
    def rows(self) -> int:
        """How many rows."""
        return sum(span.rows for span in self.spans)


def pieces(path: Path) -> Iterator[Piece]:
    """Give the rows of a table: small row groups together, large ones in parts."""
    metadata = pq.read_metadata(path)
    first_row, rows = 0, 0
    spans: list[_Span] = []
    for group in range(metadata.num_row_groups):
        size = metadata.row_group(group).num_rows
        if spans and rows + size > ROWS_OF_A_PIECE:
            yield Piece(path, metadata, tuple(spans), first_row)
            first_row, rows, spans = first_row + rows, 0, []
        for offset in range(0, size, ROWS_OF_A_PIECE):
            if rows == ROWS_OF_A_PIECE:
                yield Piece(path, metadata, tuple(spans), first_row)
                first_row, rows, spans = first_row + rows, 0, []
            spans.append(_Span(group, offset, min(ROWS_OF_A_PIECE, size - offset)))
            rows += spans[-1].rows
    if spans:
        yield Piece(path, metadata, tuple(spans), first_row)


def frame_of(
    piece: Piece,
    names: frozenset[str],
    facts: Mapping[str, Fact],
    members: Callable[[], MemberFrame] | None = None,
) -> Frame:
    """Return the rows of a piece, with the columns of all facts that are read."""
    ordered = sorted(names)
    present = set(piece.metadata.schema.names)
    words = [name for name in ordered if facts[name].type == "enum" and name in present]
    found: dict[str, AnyColumn] = {}
    with pq.ParquetFile(piece.path, metadata=piece.metadata, read_dictionary=words) as file:
        for first in range(0, len(ordered), _FACTS_AT_ONCE):
            read = [facts[name] for name in ordered[first : first + _FACTS_AT_ONCE]]
            columns = [
                column
                for fact in read
                for column in (*fact.columns, *fact.known_columns)
                if column in present
            ]
            # A column that is always there says how many rows there are, where no fact is.
            batches = [_batch(file, span, columns or ["subject_id"]) for span in piece.spans]
            for fact in read:
                parts = [read_column(batch, fact) for batch in batches]
                found[fact.name] = stacked(parts, [span.rows for span in piece.spans])
    return Frame(piece.rows, found.__getitem__, members)


def _batch(file: pq.ParquetFile, span: _Span, columns: list[str]) -> pa.RecordBatch:
    table = file.read_row_group(span.group, columns, use_threads=False)
    batch: pa.RecordBatch = table.slice(span.offset, span.rows).combine_chunks().to_batches()[0]
    return batch
