"""Decisions as a Parquet file: one row a stored decision.

Here: columns and their encoding. Never here: deciding. Next: `pipelines.steps.decisions` publishes the
file as the table `decision`; its comment in `warehouse/sql/decisions/decision.sql` says what a row is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from hub.programmes.evaluation.bitmaps import Rows
from hub.programmes.evaluation.deciding import (
    ELIGIBLE,
    OUTCOMES,
    UNDETERMINED,
    Selection,
    part_of,
)
from hub.programmes.evaluation.run import Decided
from hub.programmes.evaluation.settling import SettledRows
from hub.programmes.programme import AMOUNT_UNKNOWN, UNITS, Programme

_ROWS_OF_A_GROUP = 1 << 19
_BITS_OF_A_MASK = 30
"""Masks of so many bits make one number with the other mask and the outcome."""
_WORDS = pa.dictionary(pa.int32(), pa.string())
_MANY_VALUES = ("subject_id", "margin_amount")
"""Columns whose values seldom repeat: a dictionary of them costs more than it saves."""
DECISION_SCHEMA = pa.schema(
    [
        ("subject_id", pa.large_string()),
        ("subject_kind", _WORDS),
        ("programme_code", _WORDS),
        ("as_of", pa.date32()),
        ("outcome", _WORDS),
        ("fail_mask", pa.int64()),
        ("unknown_mask", pa.int64()),
        ("amount", pa.int64()),
        ("payable_amount", pa.int64()),
        ("interaction_codes", pa.list_(pa.string())),
        ("reasons", pa.list_(pa.string())),
        ("missing", pa.list_(pa.string())),
        ("margin_amount", pa.int64()),
        ("is_received", pa.bool_()),
        ("is_new", pa.bool_()),
        ("is_excluded", pa.bool_()),
        ("rule_version", _WORDS),
    ]
)
"""Columns of `decision`, in order."""


def write_decisions(
    decided: Decided,
    target: Path,
    versions: Mapping[str, str],
    missing: Mapping[tuple[str, int], Sequence[str]] | None = None,
) -> int:
    """Write the decisions to `target`, by programme and subject; return how many.

    Args:
        decided: what `evaluate` returned.
        target: Parquet file to write.
        versions: programme → rule version.
        missing: (programme, bit) → document types that never arrived.
    """
    words = {
        "subject_kind": pa.array(tuple(UNITS)),
        "programme_code": pa.array([programme.code for programme in decided.programmes]),
        "outcome": pa.array(OUTCOMES),
        "rule_version": pa.array([versions[each.code] for each in decided.programmes]),
    }
    options = {
        "compression": "zstd",
        "compression_level": 1,
        "write_statistics": ["programme_code", "subject_id", "outcome"],
        "use_dictionary": [name for name in DECISION_SCHEMA.names if name not in _MANY_VALUES],
        "column_encoding": {"subject_id": "DELTA_BYTE_ARRAY"},
    }
    ids = {scope: _Ids(array) for scope, array in decided.subject_ids.items()}
    rows = 0
    with (
        pq.ParquetWriter(target, DECISION_SCHEMA, **options) as writer,
        ThreadPoolExecutor(1) as encoder,
    ):
        waiting: list[pa.RecordBatch] = []
        writing: Future[None] | None = None
        for batch in _batches(decided, ids, words, missing or {}):
            waiting.append(batch)
            rows += batch.num_rows
            if sum(each.num_rows for each in waiting) >= _ROWS_OF_A_GROUP:
                # One group is encoded while the next is made: never more than two are held.
                if writing is not None:
                    writing.result()
                writing = encoder.submit(writer.write_table, pa.Table.from_batches(waiting))
                waiting = []
        if writing is not None:
            writing.result()
        if waiting:
            writer.write_table(pa.Table.from_batches(waiting))
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


def _batches(
    decided: Decided,
    ids: Mapping[str, _Ids],
    words: Mapping[str, pa.Array],
    missing: Mapping[tuple[str, int], Sequence[str]],
) -> Iterator[pa.RecordBatch]:
    """Make the columns of each programme, of so many rows at once that they stay small."""
    for number, programme in enumerate(decided.programmes):
        if not decided.selections.counts[programme.code]:
            continue
        found = decided.selections[programme.code]
        settled = decided.settled[programme.code].of(found)
        for first in range(0, len(found.rows), _ROWS_OF_A_GROUP):
            chosen = slice(first, first + _ROWS_OF_A_GROUP)
            part, part_settled = found, settled
            if len(found.rows) > _ROWS_OF_A_GROUP:
                part, part_settled = part_of(found, chosen), settled.part(chosen)
            yield _batch(
                decided.day,
                programme,
                number,
                part,
                part_settled,
                ids[programme.scope].take(part.rows),
                words,
                missing,
            )


def _batch(
    day: dt.date,
    programme: Programme,
    number: int,
    found: Selection,
    settled: SettledRows,
    ids: pa.Array,
    words: Mapping[str, pa.Array],
    missing: Mapping[tuple[str, int], Sequence[str]],
) -> pa.RecordBatch:
    rows = len(found.rows)

    def always(name: str, place: int) -> pa.Array:
        places = pa.array(np.full(rows, place, np.int32))
        return pa.DictionaryArray.from_arrays(places, words[name], safe=False)

    zeros = np.zeros(rows, np.int64)
    eligible = found.outcome == ELIGIBLE
    excluded = np.zeros(rows, np.bool_) if settled.excluded is None else settled.excluded
    amount = found.amount
    outcomes = pa.array(found.outcome.astype(np.int32))
    columns = [
        ids,
        always("subject_kind", tuple(UNITS).index(programme.unit)),
        always("programme_code", number),
        pa.array(np.full(rows, np.datetime64(day, "D"))),
        pa.DictionaryArray.from_arrays(outcomes, words["outcome"], safe=False),
        pa.array(zeros if found.fail_mask is None else found.fail_mask),
        pa.array(zeros if found.unknown_mask is None else found.unknown_mask),
        _integers(amount, eligible if found.amount_known is None else found.amount_known, rows),
        _integers(settled.payable, eligible, rows),
        _interaction_codes(settled.codes, rows),
        *_reasons(programme, found, missing),
        _integers(found.margin, found.margin_known, rows),
        pa.array(found.is_received),
        pa.array(eligible & ~found.is_received & ~excluded),
        pa.array(excluded),
        always("rule_version", number),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=DECISION_SCHEMA)


def _integers(
    values: NDArray[np.int64] | None, known: NDArray[np.bool_] | None, rows: int
) -> pa.Array:
    if values is None:
        return pa.nulls(rows, pa.int64())
    if known is None or known.all():
        return pa.array(values)
    return pa.array(values, mask=~known)


def _interaction_codes(codes: Mapping[str, Rows], rows: int) -> pa.Array:
    names = sorted(codes)
    counts = np.zeros(rows + 1, np.int32)
    for name in names:
        counts[codes[name] + 1] += 1
    bounds = pa.array(np.cumsum(counts, dtype=np.int32))
    if not names:
        return pa.ListArray.from_arrays(bounds, pa.array([], pa.string()))
    places = np.concatenate([codes[name] for name in names])
    texts = np.repeat(np.arange(len(names)), [len(codes[name]) for name in names])
    if len(names) > 1:
        texts = texts[np.argsort(places, kind="stable")]
    return pa.ListArray.from_arrays(bounds, pa.array(names).take(pa.array(texts)))


def _reasons(
    programme: Programme,
    found: Selection,
    missing: Mapping[tuple[str, int], Sequence[str]],
) -> tuple[pa.Array, pa.Array]:
    """Return reason codes, and the document types whose absence leaves a decision open."""
    rows = len(found.rows)
    if bool((found.outcome == ELIGIBLE).all()):
        empty = pa.ListArray.from_arrays(
            pa.array(np.zeros(rows + 1, np.int32)), pa.array([], pa.string())
        )
        return empty, pa.nulls(rows, pa.list_(pa.string()))
    told = np.flatnonzero(found.outcome != ELIGIBLE)
    nothing = np.zeros(len(told), np.int64)
    fails = nothing if found.fail_mask is None else found.fail_mask[told]
    unknowns = nothing if found.unknown_mask is None else found.unknown_mask[told]
    outcomes = found.outcome[told]
    first, kind = _distinct(fails, unknowns, outcomes)
    texts = [
        _told(programme, int(fails[at]), int(unknowns[at]), int(outcomes[at]), missing)
        for at in first
    ]
    reasons = pa.array([each[0] for each in texts], pa.list_(pa.string()))
    absent = pa.array([each[1] for each in texts], pa.list_(pa.string()))
    unsaid = np.ones(rows, np.bool_)
    unsaid[told[outcomes == UNDETERMINED]] = False
    return (
        _spread(reasons, kind, told, rows),
        _spread(absent, kind, told, rows, nothing=pa.array(unsaid)),
    )


def _spread(
    texts: pa.Array,
    kind: NDArray[np.intp],
    told: NDArray[np.intp],
    rows: int,
    nothing: pa.Array | None = None,
) -> pa.Array:
    """Return the lists `texts[kind]` on the rows `told`, and empty lists (or none) on all others."""
    lengths = texts.value_lengths().fill_null(0).to_numpy()
    counts = np.zeros(rows + 1, np.int32)
    counts[told + 1] = lengths[kind]
    bounds = pa.array(np.cumsum(counts, dtype=np.int32))
    values = texts.take(pa.array(kind)).flatten()
    return pa.ListArray.from_arrays(bounds, values, mask=nothing)


def _distinct(
    fails: NDArray[np.int64], unknowns: NDArray[np.int64], outcomes: NDArray[np.uint8]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the first row of each kind, and the kind of every row."""
    bits = int(max(fails.max(), unknowns.max())).bit_length()
    if bits <= _BITS_OF_A_MASK:
        keys = (fails << bits | unknowns) << 2 | outcomes
    else:
        keys = np.zeros(len(fails), np.int64)
        for part in (fails, unknowns, outcomes.astype(np.int64)):
            values, place = np.unique(part, return_inverse=True)
            keys = keys * len(values) + place.reshape(-1)
    _, first, kind = np.unique(keys, return_index=True, return_inverse=True)
    return first, kind.reshape(-1)


def _told(
    programme: Programme,
    fails: int,
    unknowns: int,
    outcome: int,
    missing: Mapping[tuple[str, int], Sequence[str]],
) -> tuple[list[str], list[str] | None]:
    codes = {condition.bit: condition.code for condition in programme.conditions}
    bits = sorted(codes)
    if OUTCOMES[outcome] == "ineligible":
        return [codes[bit] for bit in bits if fails >> bit & 1], None
    if OUTCOMES[outcome] == "undetermined":
        open_bits = [bit for bit in bits if unknowns >> bit & 1]
        absent = {each for bit in open_bits for each in missing.get((programme.code, bit), ())}
        return [codes[bit] for bit in open_bits] or [AMOUNT_UNKNOWN], sorted(absent)
    return [], None
