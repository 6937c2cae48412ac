"""Decisions as a Parquet file: one row a stored decision.

Here: columns and their encoding. Never here: deciding. Next: `pipelines.steps.decisions` publishes the
file as the table `decision`; its comment in `warehouse/sql/decisions/decision.sql` says what a row is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from hub.programmes.evaluation.deciding import ELIGIBLE, OUTCOMES, Selection
from hub.programmes.evaluation.run import Decided
from hub.programmes.evaluation.settling import Settled
from hub.programmes.programme import AMOUNT_UNKNOWN, UNITS, Programme

_ROWS_OF_A_GROUP = 1 << 19
_WORDS = pa.dictionary(pa.int32(), pa.string())
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
        "use_dictionary": [name for name in DECISION_SCHEMA.names if name != "subject_id"],
        "column_encoding": {"subject_id": "DELTA_BYTE_ARRAY"},
    }
    rows = 0
    with (
        pq.ParquetWriter(target, DECISION_SCHEMA, **options) as writer,
        ThreadPoolExecutor(1) as encoder,
    ):
        waiting: list[pa.RecordBatch] = []
        writing: Future[None] | None = None
        for number, programme in enumerate(decided.programmes):
            if not len(decided.selections[programme.code].rows):
                continue
            waiting.append(_batch(decided, number, words, missing or {}))
            rows += waiting[-1].num_rows
            if sum(batch.num_rows for batch in waiting) >= _ROWS_OF_A_GROUP:
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


def _batch(
    decided: Decided,
    number: int,
    words: Mapping[str, pa.Array],
    missing: Mapping[tuple[str, int], Sequence[str]],
) -> pa.RecordBatch:
    programme = decided.programmes[number]
    found, settled = decided.selections[programme.code], decided.settled[programme.code]
    rows = len(found.rows)

    def always(name: str, place: int) -> pa.Array:
        return pa.DictionaryArray.from_arrays(np.full(rows, place, np.int32), words[name])

    zeros = np.zeros(rows, np.int64)
    eligible = found.outcome == ELIGIBLE
    excluded = np.zeros(rows, np.bool_) if settled.excluded is None else settled.excluded
    amount = found.amount
    columns = [
        decided.subject_ids[programme.scope].take(pa.array(found.rows)),
        always("subject_kind", tuple(UNITS).index(programme.unit)),
        always("programme_code", number),
        pa.array(np.full(rows, np.datetime64(decided.day, "D"))),
        pa.DictionaryArray.from_arrays(found.outcome.astype(np.int32), words["outcome"]),
        pa.array(zeros if found.fail_mask is None else found.fail_mask),
        pa.array(zeros if found.unknown_mask is None else found.unknown_mask),
        _integers(amount, eligible if found.amount_known is None else found.amount_known, rows),
        _integers(settled.payable, eligible, rows),
        _interaction_codes(settled, rows),
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


def _interaction_codes(settled: Settled, rows: int) -> pa.Array:
    codes = sorted(settled.codes)
    places = [settled.codes[code] for code in codes]
    counts = np.zeros(rows, np.int32)
    for each in places:
        counts[each] += 1
    bounds = np.zeros(rows + 1, np.int32)
    np.cumsum(counts, out=bounds[1:])
    if not codes:
        return pa.ListArray.from_arrays(pa.array(bounds), pa.array([], pa.string()))
    flat_places = np.concatenate(places)
    flat_codes = np.repeat(np.arange(len(codes)), [len(each) for each in places])
    ordered = np.argsort(flat_places, kind="stable")
    texts = pa.array(codes).take(pa.array(flat_codes[ordered]))
    return pa.ListArray.from_arrays(pa.array(bounds), texts)


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
    kinds, first, kind = _distinct(fails, unknowns, outcomes)
    texts = [
        _told(programme, int(fails[at]), int(unknowns[at]), int(outcomes[at]), missing)
        for at in first
    ]
    # The last text is that of eligible rows: no reason, nothing missing.
    place = np.full(rows, kinds)
    place[told] = kind
    at = pa.array(place)
    reasons = pa.array([*(each[0] for each in texts), []], pa.list_(pa.string())).take(at)
    absent = pa.array([*(each[1] for each in texts), None], pa.list_(pa.string())).take(at)
    return reasons, absent


def _distinct(
    fails: NDArray[np.int64], unknowns: NDArray[np.int64], outcomes: NDArray[np.uint8]
) -> tuple[int, NDArray[np.intp], NDArray[np.intp]]:
    """Return how many kinds of rows there are, the first row of each, and the kind of every row."""
    keys = np.zeros(len(fails), np.int64)
    for part in (fails, unknowns, outcomes.astype(np.int64)):
        values, place = np.unique(part, return_inverse=True)
        keys = keys * len(values) + place.reshape(-1)
    found, first, kind = np.unique(keys, return_index=True, return_inverse=True)
    return len(found), first, kind.reshape(-1)


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
