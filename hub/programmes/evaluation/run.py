"""All programmes over the subject tables: read in pieces, decide on two threads, put together.

Here: reading Parquet by row groups, the order of pieces. Never here: deciding a piece (`deciding`),
finding members (`members`), keeping rows (`selections`). Next: `writing` stores what `evaluate` returns.

What grows with the number of people is their ids, who is whose member, and the facts of members that
programmes of households read; decisions go to a file when they are many.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from hub.programmes.evaluation.bitmaps import pack, unpack
from hub.programmes.evaluation.deciding import (
    CompiledScope,
    Gaps,
    Selection,
    compile_scope,
    decide_frame,
)
from hub.programmes.evaluation.frames import (
    AnyColumn,
    Column,
    Frame,
    MemberFrame,
    SetColumn,
    read_column,
    taken,
    unknown_column,
)
from hub.programmes.evaluation.kernel import ParameterAmounts
from hub.programmes.evaluation.members import Units, unit_members
from hub.programmes.evaluation.selections import BYTES_IN_MEMORY, Selections
from hub.programmes.evaluation.settling import Settled, settle
from hub.programmes.facts import Fact
from hub.programmes.programme import Programme

Piece = TypeVar("Piece")
Result = TypeVar("Result")

THREADS = 2
ROWS_OF_A_PIECE = 1 << 17
"""Small enough for the facts that a condition reads to stay in the processor's cache."""


@dataclass(frozen=True, slots=True)
class SubjectTables:
    """Parquet files of one night. Subject tables are sorted by subject_id."""

    person_subject: Path
    household_subject: Path
    assistance_unit_member: Path


@dataclass(frozen=True, slots=True)
class Decided:
    """All stored decisions, programme by programme."""

    day: dt.date
    programmes: tuple[Programme, ...]
    subject_ids: Mapping[str, pa.Array]
    """Scope → ids of all subjects, by row."""
    selections: Selections
    settled: Mapping[str, Settled]

    @property
    def rows(self) -> int:
        """How many decisions are stored."""
        return sum(self.selections.counts.values())


@dataclass(frozen=True, slots=True)
class _Piece:
    path: Path
    metadata: pq.FileMetaData
    group: int
    offset: int
    rows: int
    first_row: int


def evaluate(
    tables: SubjectTables,
    programmes: Sequence[Programme],
    facts: Mapping[str, Fact],
    amounts: ParameterAmounts,
    day: dt.date,
    gaps: Gaps = (),
    *,
    threads: int = THREADS,
    bytes_in_memory: int = BYTES_IN_MEMORY,
) -> Decided:
    """Decide all `programmes` for all subjects.

    Args:
        tables: where the facts are.
        programmes: in any order.
        facts: the vocabulary.
        amounts: parameters in force on the day, and known.
        day: the day that is decided.
        gaps: (programme, bit) of conditions whose evidence did not arrive.
        threads: pieces that are worked on at once.
        bytes_in_memory: decisions that are held before they go to a temporary file.

    Raises:
        FactColumnError: a column holds what its fact cannot be.
    """
    # Of two that pay the same the lower code stays: settling counts on this order.
    programmes = sorted(programmes, key=lambda each: each.code)
    person = compile_scope("person", programmes, facts, amounts, day, gaps)
    household = compile_scope("household", programmes, facts, amounts, day, gaps)
    member_facts = sorted(household.plan.member_facts)
    selections = Selections([programme.code for programme in programmes], bytes_in_memory)

    def keep(scope: CompiledScope, found: Iterable[Selection]) -> None:
        for compiled, selection in zip(scope.programmes, found, strict=True):
            selections.add(compiled.programme.code, selection)

    with ThreadPoolExecutor(threads) as pool:
        kept: dict[str, list[AnyColumn]] = {name: [] for name in member_facts}
        person_ids: list[pa.Array] = []
        wanted = person.facts | set(member_facts)

        def decide_people(piece: _Piece) -> tuple[pa.Array, list[Selection], list[AnyColumn]]:
            batch = _read(piece, wanted, facts)
            frame = _frame(batch, facts)
            found = decide_frame(frame, person, piece.first_row)
            return _ids(batch), found, [frame.column(name) for name in member_facts]

        for ids, found, columns in in_order(
            pool, decide_people, _pieces(tables.person_subject)
        ):
            person_ids.append(ids)
            keep(person, found)
            for name, column in zip(member_facts, columns, strict=True):
                kept[name].append(column)
        sizes = [len(ids) for ids in person_ids]
        store = {
            name: _stacked(columns, sizes) if columns else unknown_column(facts[name], 0)
            for name, columns in kept.items()
        }
        all_people = _all(person_ids)
        all_units = _column_ids(tables.household_subject)
        units = unit_members(tables.assistance_unit_member, all_people, all_units)

        def decide_units(piece: _Piece) -> list[Selection]:
            batch = _read(piece, household.facts, facts)
            first, last = piece.first_row, piece.first_row + piece.rows
            frame = _frame(batch, facts, lambda: _members(store, units, first, last))
            return decide_frame(frame, household, piece.first_row)

        for found in in_order(pool, decide_units, _pieces(tables.household_subject)):
            keep(household, found)
    counts = {"person": len(all_people), "household": len(all_units)}
    settled = settle(programmes, selections, units.unit_of_person, counts)
    return Decided(
        day=day,
        programmes=tuple(programmes),
        subject_ids={"person": all_people, "household": all_units},
        selections=selections,
        settled=settled,
    )


def in_order(
    pool: ThreadPoolExecutor, work: Callable[[Piece], Result], pieces: Iterable[Piece]
) -> Iterator[Result]:
    """Work on pieces in the pool; give results in order, and never read far ahead of them."""
    waiting: deque[Future[Result]] = deque()
    for piece in pieces:
        waiting.append(pool.submit(work, piece))
        if len(waiting) > THREADS:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _pieces(path: Path) -> Iterator[_Piece]:
    metadata = pq.read_metadata(path)
    first_row = 0
    for group in range(metadata.num_row_groups):
        rows = metadata.row_group(group).num_rows
        for offset in range(0, rows, ROWS_OF_A_PIECE):
            size = min(ROWS_OF_A_PIECE, rows - offset)
            yield _Piece(path, metadata, group, offset, size, first_row + offset)
        first_row += rows


def _read(piece: _Piece, names: frozenset[str], facts: Mapping[str, Fact]) -> pa.RecordBatch:
    words = [name for name in names if facts[name].type == "enum"]
    with pq.ParquetFile(piece.path, metadata=piece.metadata, read_dictionary=words) as file:
        present = set(file.schema_arrow.names)
        columns = ["subject_id"]
        for name in sorted(names):
            columns += [*facts[name].columns, *facts[name].known_columns]
        table = file.read_row_group(
            piece.group, [each for each in columns if each in present], use_threads=False
        )
    table = table.slice(piece.offset, piece.rows).combine_chunks()
    if table.num_rows == 0:
        return pa.RecordBatch.from_pylist([], schema=table.schema)
    batch: pa.RecordBatch = table.to_batches()[0]
    return batch


def _frame(batch: pa.RecordBatch, facts: Mapping[str, Fact], members: object = None) -> Frame:
    return Frame(
        batch.num_rows,
        lambda name: read_column(batch, facts[name]),
        members,  # type: ignore[arg-type]
    )


def _ids(batch: pa.RecordBatch) -> pa.Array:
    return batch.column("subject_id").cast(pa.large_string())


def _all(parts: list[pa.Array]) -> pa.Array:
    return pa.concat_arrays(parts) if parts else pa.array([], pa.large_string())


def _column_ids(path: Path) -> pa.Array:
    with pq.ParquetFile(path) as file:
        column = file.read(["subject_id"], use_threads=False).column(0)
    return _all([chunk.cast(pa.large_string()) for chunk in column.chunks])


def _stacked(columns: list[AnyColumn], sizes: list[int]) -> AnyColumn:
    """Return one column of all pieces."""
    first = columns[0]
    if isinstance(first, SetColumn):
        sets = [column for column in columns if isinstance(column, SetColumn)]
        return SetColumn(
            tuple(np.concatenate(words) for words in zip(*(c.held for c in sets), strict=True)),
            tuple(np.concatenate(words) for words in zip(*(c.known for c in sets), strict=True)),
        )
    simple = [column for column in columns if isinstance(column, Column)]
    total = sum(sizes)
    known = None
    if any(column.known is not None for column in simple):
        flags = [
            np.ones(size, np.bool_) if column.known is None else unpack(column.known, size)
            for column, size in zip(simple, sizes, strict=True)
        ]
        known = pack(np.concatenate(flags), total)
    if first.values.dtype == np.uint64:
        truths = [unpack(column.values, size) for column, size in zip(simple, sizes, strict=True)]
        return Column(pack(np.concatenate(truths), total), known)
    return Column(np.concatenate([column.values for column in simple]), known)


def _members(store: Mapping[str, AnyColumn], units: Units, first: int, last: int) -> MemberFrame:
    rows = units.members[units.bounds[first] : units.bounds[last]]
    frame = Frame(len(rows), lambda name: taken(store[name], rows))
    return MemberFrame(frame, units.bounds[first : last + 1] - units.bounds[first])
