"""Decisions as a Parquet file: one row a stored decision.

Here: the order of rows, their groups and encoding. Never here: deciding, or what a column holds
(`decision_columns`). Next: `pipelines.steps.decisions` publishes the file as the table `decision`; its
comment in `warehouse/sql/decisions/decision.sql` says what a row is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from hub.programmes.evaluation.bitmaps import Rows
from hub.programmes.evaluation.deciding import OUTCOMES
from hub.programmes.evaluation.decision_columns import DECISION_SCHEMA, decision_batch
from hub.programmes.evaluation.run import THREADS, Decided, in_order
from hub.programmes.evaluation.selections import Selection, part_of
from hub.programmes.evaluation.settling import SettledRows
from hub.programmes.programme import UNITS, Programme

_ROWS_OF_A_GROUP = 1 << 18
_ENCODINGS = {
    "subject_id": "DELTA_BYTE_ARRAY",
    "margin_amount": "DELTA_BINARY_PACKED",
    "fail_mask": "PLAIN",
    "unknown_mask": "PLAIN",
}
"""Of columns whose values seldom repeat, or nearly all are 0: a dictionary costs more than it saves."""
_OPTIONS: Mapping[str, Any] = {
    "compression": "zstd",
    "compression_level": 1,
    "write_statistics": ["programme_code", "subject_id"],
    "use_dictionary": [
        f"{field.name}.list.element" if pa.types.is_list(field.type) else field.name
        for field in DECISION_SCHEMA
        if field.name not in _ENCODINGS
    ],
    "column_encoding": _ENCODINGS,
    "write_batch_size": 1 << 14,
}


class _Stored(NamedTuple):
    """Some rows of one programme."""

    programme: Programme
    found: Selection
    settled: SettledRows


def write_decisions(
    decided: Decided,
    target: Path,
    versions: Mapping[str, str],
    missing: Mapping[tuple[str, int], Sequence[str]] | None = None,
) -> int:
    """Write the decisions to `target`, programme by programme and by subject; return how many.

    Args:
        decided: what `evaluate` returned.
        target: Parquet file to write.
        versions: programme → rule version.
        missing: (programme, bit) → document types that never arrived.
    """
    words = {"subject_kind": pa.array(tuple(UNITS)), "outcome": pa.array(OUTCOMES)}
    ids = {scope: _Ids(array) for scope, array in decided.subject_ids.items()}
    absent = missing or {}

    def gather(group: Sequence[_Stored]) -> pa.Table:
        # Arrow looks at every word of a dictionary, so a group gets its own few.
        own = {
            "programme_code": pa.array([stored.programme.code for stored in group]),
            "rule_version": pa.array([versions[stored.programme.code] for stored in group]),
        }
        batches = [
            decision_batch(
                decided.day,
                stored.programme,
                number,
                stored.found,
                stored.settled,
                ids[stored.programme.scope].take(stored.found.rows),
                words | own,
                absent,
            )
            for number, stored in enumerate(group)
        ]
        return pa.Table.from_batches(batches)

    rows = 0
    # Arrow encodes a file on one thread; the columns of the next groups are gathered beside it.
    with (
        pq.ParquetWriter(target, DECISION_SCHEMA, **_OPTIONS) as file,
        ThreadPoolExecutor(THREADS - 1) as pool,
    ):
        for table in in_order(pool, gather, _groups(decided)):
            file.write_table(table, row_group_size=table.num_rows)
            rows += table.num_rows
    return rows


class _Ids:
    """Subject ids by row. Ids of one length are gathered as numbers of bytes, not one by one."""

    def __init__(self, ids: pa.Array) -> None:
        self._ids = ids
        self._fixed: NDArray[np.void] | None = None
        offsets = np.frombuffer(ids.buffers()[1] or b"", np.int64)[ids.offset :][: len(ids) + 1]
        width = int(offsets[1] - offsets[0]) if len(ids) else 0
        if width and not ids.null_count and bool((np.diff(offsets) == width).all()):
            held = np.frombuffer(ids.buffers()[2], np.uint8)[offsets[0] : offsets[-1]]
            self._fixed = held.view(np.dtype((np.void, width)))

    def take(self, rows: Rows) -> pa.Array:
        """Return the ids of some rows."""
        if self._fixed is None:
            return self._ids.take(pa.array(rows))
        found = self._fixed[rows]
        offsets = np.arange(len(rows) + 1, dtype=np.int64) * found.dtype.itemsize
        buffers = [None, pa.py_buffer(offsets), pa.py_buffer(found.view(np.uint8))]
        return pa.Array.from_buffers(pa.large_string(), len(rows), buffers)


def _groups(decided: Decided) -> Iterator[list[_Stored]]:
    """Give the rows of programme after programme in groups, of so many rows that they stay small."""
    group: list[_Stored] = []
    rows = 0
    for programme in decided.programmes:
        settling = decided.settled[programme.code]
        if not decided.selections.counts[programme.code]:
            continue
        found = decided.selections[programme.code]
        settled = settling.of(found)
        for first in range(0, len(found.rows), _ROWS_OF_A_GROUP):
            chosen = slice(first, first + _ROWS_OF_A_GROUP)
            part, part_settled = found, settled
            if len(found.rows) > _ROWS_OF_A_GROUP:
                part, part_settled = part_of(found, chosen), settled.part(chosen)
            group.append(_Stored(programme, part, part_settled))
            rows += len(part.rows)
            if rows >= _ROWS_OF_A_GROUP:
                yield group
                group, rows = [], 0
    if group:
        yield group
