"""Columns of stored decisions, as Arrow arrays.

Here: what each column of `decision` holds, for some rows of one programme. Never here: files (`writing`).
Next: `writing` puts the rows of programmes together and encodes them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hub.programmes.evaluation.bitmaps import Rows
from hub.programmes.evaluation.deciding import ELIGIBLE, OUTCOMES, UNDETERMINED
from hub.programmes.evaluation.selections import Selection
from hub.programmes.evaluation.settling import SettledRows
from hub.programmes.programme import AMOUNT_UNKNOWN, UNITS, Programme

_BITS_OF_A_MASK = 30
"""Masks of so many bits make one number with the other mask and the outcome."""
_BITS_COUNTED = 16
"""Numbers of so many bits are counted, not sorted, to find the distinct ones."""
_WORDS = pa.dictionary(pa.int32(), pa.string())
_OFTEN_ABSENT = ("amount", "payable_amount", "missing", "margin_amount")
DECISION_SCHEMA = pa.schema(
    [
        pa.field(name, kind, nullable=name in _OFTEN_ABSENT)
        for name, kind in (
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
        )
    ]
)
"""Columns of `decision`, in order."""


def decision_batch(
    day: dt.date,
    programme: Programme,
    number: int,
    found: Selection,
    settled: SettledRows,
    ids: pa.Array,
    words: Mapping[str, pa.Array],
    missing: Mapping[tuple[str, int], Sequence[str]],
) -> pa.RecordBatch:
    """Return rows of `DECISION_SCHEMA`.

    Args:
        day: the day that was decided.
        programme: the programme of all rows.
        number: its place among the words of `programme_code` and `rule_version`.
        found: the rows, as decided.
        settled: what interactions made of them.
        ids: subject ids of the rows.
        words: column → its words, the dictionary of every batch.
        missing: (programme, bit) → document types that never arrived.
    """
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
    """Return a row of each kind, and the kind of every row."""
    bits = int(max(fails.max(), unknowns.max())).bit_length()
    if bits <= _BITS_OF_A_MASK:
        keys = (fails << bits | unknowns) << 2 | outcomes
        if 2 * bits + 2 <= _BITS_COUNTED:
            return _counted(keys)
    else:
        keys = np.zeros(len(fails), np.int64)
        for part in (fails, unknowns, outcomes.astype(np.int64)):
            values, place = np.unique(part, return_inverse=True)
            keys = keys * len(values) + place.reshape(-1)
    _, first, kind = np.unique(keys, return_index=True, return_inverse=True)
    return first, kind.reshape(-1)


def _counted(keys: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return a row of each kind, and the kind of every row, for keys that are small."""
    row_of = np.full(int(keys.max()) + 1, -1, np.intp)
    row_of[keys] = np.arange(len(keys))
    present = np.flatnonzero(row_of >= 0)
    kind_of = np.zeros(len(row_of), np.intp)
    kind_of[present] = np.arange(len(present))
    return row_of[present], kind_of[keys]


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
