"""All programmes over the subject tables: read in pieces, decide on two threads, put together.

Here: reading Parquet by row groups, members of units, the order of pieces. Never here: deciding a
piece (`deciding`) or storing rows (`writing`). Next: `writing` stores what `evaluate` returns.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from hub.programmes.evaluation.bitmaps import pack, unpack
from hub.programmes.evaluation.deciding import (
    CompiledScope,
    Gaps,
    Selection,
    compile_scope,
    concatenated,
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
from hub.programmes.evaluation.settling import Settled, settle
from hub.programmes.facts import Fact
from hub.programmes.programme import Programme

THREADS = 2
_ROWS_OF_A_PIECE = 1 << 17


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
    selections: Mapping[str, Selection]
    settled: Mapping[str, Settled]

    @property
    def rows(self) -> int:
        """How many decisions are stored."""
        return sum(len(selection.rows) for selection in self.selections.values())


@dataclass(frozen=True, slots=True)
class Units:
    """Counted members of the assistance units, by row of the subject tables."""

    members: NDArray[np.int64]
    """Person rows, unit after unit."""
    bounds: NDArray[np.int64]
    """Unit u has the members bounds[u] to bounds[u + 1], that one not included."""
    unit_of_person: NDArray[np.int64]
    """Household row of each person; -1 outside every unit."""


@dataclass(frozen=True, slots=True)
class _Piece:
    path: Path
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
) -> Decided:
    """Decide all `programmes` for all subjects.

    Args:
        tables: where the facts are.
        programmes: as loaded.
        facts: the vocabulary.
        amounts: parameters in force on the day, and known.
        day: the day that is decided.
        gaps: (programme, bit) of conditions whose evidence did not arrive.
        threads: pieces that are worked on at once.

    Raises:
        FactColumnError: a column holds what its fact cannot be.
    """
    person = compile_scope("person", programmes, facts, amounts, day, gaps)
    household = compile_scope("household", programmes, facts, amounts, day, gaps)
    member_facts = sorted(household.plan.member_facts)
    with ThreadPoolExecutor(threads) as pool:
        kept: dict[str, list[AnyColumn]] = {name: [] for name in member_facts}
        person_ids: list[pa.Array] = []
        person_parts: list[list[Selection]] = []
        wanted = person.facts | set(member_facts)

        def decide_people(piece: _Piece) -> tuple[pa.Array, list[Selection], list[AnyColumn]]:
            batch = _read(piece, wanted, facts)
            frame = _frame(batch, facts)
            found = decide_frame(frame, person, piece.first_row)
            return _ids(batch), found, [frame.column(name) for name in member_facts]

        for ids, found, columns in pool.map(decide_people, _pieces(tables.person_subject)):
            person_ids.append(ids)
            person_parts.append(found)
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

        household_parts = list(pool.map(decide_units, _pieces(tables.household_subject)))
    selections = _together(person, person_parts) | _together(household, household_parts)
    counts = {"person": len(all_people), "household": len(all_units)}
    settled = settle(programmes, selections, units.unit_of_person, counts)
    return Decided(
        day=day,
        programmes=tuple(programmes),
        subject_ids={"person": all_people, "household": all_units},
        selections=selections,
        settled=settled,
    )


def _pieces(path: Path) -> Iterator[_Piece]:
    metadata = pq.read_metadata(path)
    first_row = 0
    for group in range(metadata.num_row_groups):
        rows = metadata.row_group(group).num_rows
        for offset in range(0, rows, _ROWS_OF_A_PIECE):
            size = min(_ROWS_OF_A_PIECE, rows - offset)
            yield _Piece(path, group, offset, size, first_row + offset)
        first_row += rows


def _read(piece: _Piece, names: frozenset[str], facts: Mapping[str, Fact]) -> pa.RecordBatch:
    words = [name for name in names if facts[name].type == "enum"]
    with pq.ParquetFile(piece.path, read_dictionary=words) as file:
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
    column = pq.read_table(path, columns=["subject_id"]).column(0)
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


def unit_members(path: Path, people: pa.Array, units: pa.Array) -> Units:
    """Return who is counted in which unit, by rows of the subject tables.

    Args:
        path: `assistance_unit_member`.
        people: subject ids of `person_subject`, by row.
        units: subject ids of `household_subject`, by row.
    """
    joined = (
        pl.scan_parquet(path)
        .filter(pl.col("is_counted"))
        .select(pl.col("household_id").cast(pl.String), pl.col("person_id").cast(pl.String))
        .join(
            pl.LazyFrame({"person_id": pl.Series(people)}).with_row_index("person_row"),
            on="person_id",
        )
        .join(
            pl.LazyFrame({"household_id": pl.Series(units)}).with_row_index("unit_row"),
            on="household_id",
        )
        .select("unit_row", "person_row")
        .sort("unit_row", "person_row")
        .collect()
    )
    unit_rows = joined["unit_row"].to_numpy().astype(np.int64)
    members = joined["person_row"].to_numpy().astype(np.int64)
    unit_of_person = np.full(len(people), -1, np.int64)
    unit_of_person[members] = unit_rows
    bounds = np.searchsorted(unit_rows, np.arange(len(units) + 1)).astype(np.int64)
    return Units(members, bounds, unit_of_person)


def _together(scope: CompiledScope, parts: list[list[Selection]]) -> dict[str, Selection]:
    selections = {}
    for number, compiled in enumerate(scope.programmes):
        mine = [part[number] for part in parts]
        selections[compiled.programme.code] = concatenated(mine or [_nothing()])
    return selections


def _nothing() -> Selection:
    return Selection(
        rows=np.empty(0, np.int64),
        outcome=np.empty(0, np.uint8),
        is_received=np.empty(0, np.bool_),
        fail_mask=None,
        unknown_mask=None,
        amount=None,
        amount_known=None,
        margin=None,
        margin_known=None,
    )
