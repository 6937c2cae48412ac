"""All programmes over the subject tables: read in pieces, decide on two threads, put together.

Here: reading Parquet by row groups, the order of pieces. Never here: deciding a piece (`deciding`),
finding members (`members`), keeping rows (`selections`). Next: `writing` stores what `evaluate` returns,
and begins with programmes of persons that no other changes while units are still being decided.

What grows with the number of people is their ids, who is whose member, and the facts of members that
programmes of households read; decisions go to a file when they are many.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from hub.programmes.evaluation.arithmetic import ParameterAmounts
from hub.programmes.evaluation.compiling import CompiledScope, Gaps, compile_scope
from hub.programmes.evaluation.deciding import decide_frame
from hub.programmes.evaluation.frames import (
    AnyColumn,
    Frame,
    MemberFrame,
    read_column,
    stacked,
    taken,
    unknown_column,
)
from hub.programmes.evaluation.members import Units, unit_members
from hub.programmes.evaluation.selections import (
    BYTES_IN_MEMORY,
    Selection,
    Selections,
    narrowed,
)
from hub.programmes.evaluation.settling import Settled, settle
from hub.programmes.facts import Fact
from hub.programmes.interactions import changed_by_others
from hub.programmes.programme import Programme

Piece = TypeVar("Piece")
Result = TypeVar("Result")

THREADS = 2
ROWS_OF_A_PIECE = 1 << 19
"""Small enough for a fact's column to stay in the processor's cache, large enough for the work on its
rows to be long beside the work of asking for it."""
_FACTS_AT_ONCE = 8
"""Facts that are read before the next: what was read lies in the cache while it is made narrow."""


@dataclass(frozen=True, slots=True)
class SubjectTables:
    """Parquet files of one night. Subject tables are sorted by subject_id."""

    person_subject: Path
    household_subject: Path
    assistance_unit_member: Path


class _Settling(Mapping[str, Settled]):
    """Programme → what interactions made of its rows: waits for what is not settled yet."""

    def __init__(
        self, ready: Mapping[str, Settled], all_of_them: Future[dict[str, Settled]]
    ) -> None:
        self._ready = ready
        self._all = all_of_them

    def __getitem__(self, code: str) -> Settled:
        """Return what is known already, or wait.

        Raises:
            FactColumnError: a column of units holds what its fact cannot be.
        """
        return self._ready[code] if code in self._ready else self._all.result()[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all.result())

    def __len__(self) -> int:
        return len(self._all.result())


@dataclass(frozen=True, slots=True)
class Decided:
    """All stored decisions, programme by programme; those of units may still be under way."""

    day: dt.date
    programmes: tuple[Programme, ...]
    """In order of their codes, those first whose decisions stand already."""
    subject_ids: Mapping[str, pa.Array]
    """Scope → ids of all subjects, by row."""
    selections: Selections
    """Programme → stored rows; complete once its `settled` is there."""
    settled: Mapping[str, Settled]
    """Programme → what interactions made of its rows. Asking waits until that is known."""


class _Span(NamedTuple):
    """Some rows of one row group."""

    group: int
    offset: int
    rows: int


@dataclass(frozen=True, slots=True)
class _Piece:
    """Rows of a table that are decided at once."""

    path: Path
    metadata: pq.FileMetaData
    spans: tuple[_Span, ...]
    first_row: int

    @property
    def rows(self) -> int:
        return sum(span.rows for span in self.spans)


class _Subjects(NamedTuple):
    """Everybody, by row of the subject tables."""

    people: pa.Array
    units: pa.Array
    members: Units


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

    Returns as soon as people are decided; units are decided and all is settled in a thread that
    `Decided.settled` waits for.

    Raises:
        FactColumnError: a column of people holds what its fact cannot be.
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

    pool = ThreadPoolExecutor(threads)
    # Who is who is found while people are decided, and needed for the first unit.
    finding = pool.submit(_subjects, tables)
    wanted = person.facts | set(member_facts)
    kept: dict[str, list[AnyColumn]] = {name: [] for name in member_facts}

    def decide_people(piece: _Piece) -> tuple[list[Selection], list[AnyColumn]]:
        frame = _frame(piece, wanted, facts)
        found = decide_frame(frame, person, piece.first_row)
        return list(map(narrowed, found)), [frame.column(name) for name in member_facts]

    pieces = list(_pieces(tables.person_subject))
    sizes = [piece.rows for piece in pieces]
    for found, columns in in_order(pool, decide_people, pieces):
        keep(person, found)
        for name, column in zip(member_facts, columns, strict=True):
            kept[name].append(column)
    store = {
        name: stacked(columns, sizes) if columns else unknown_column(facts[name], 0)
        for name, columns in kept.items()
    }
    kept.clear()
    subjects = finding.result()

    def decide_units(piece: _Piece) -> list[Selection]:
        first, last = piece.first_row, piece.first_row + piece.rows
        members = partial(_members, store, subjects.members, first, last)
        frame = _frame(piece, household.facts, facts, members)
        return list(map(narrowed, decide_frame(frame, household, piece.first_row)))

    def decide_and_settle() -> dict[str, Settled]:
        with pool:
            for selected in in_order(pool, decide_units, _pieces(tables.household_subject)):
                keep(household, selected)
        counts = {"person": len(subjects.people), "household": len(subjects.units)}
        return settle(programmes, selections, subjects.members.unit_of_person, counts)

    conducting = ThreadPoolExecutor(1)
    settling = conducting.submit(decide_and_settle)
    conducting.shutdown(wait=False)
    changed = changed_by_others(programmes)
    ready = {
        programme.code: Settled(partial(selections.__getitem__, programme.code))
        for programme in programmes
        if programme.scope == "person" and programme.code not in changed
    }
    return Decided(
        day=day,
        programmes=tuple(sorted(programmes, key=lambda each: each.code not in ready)),
        subject_ids={"person": subjects.people, "household": subjects.units},
        selections=selections,
        settled=_Settling(ready, settling),
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
    """Give the rows of a table: small row groups together, large ones in parts."""
    metadata = pq.read_metadata(path)
    first_row, rows = 0, 0
    spans: list[_Span] = []
    for group in range(metadata.num_row_groups):
        size = metadata.row_group(group).num_rows
        if spans and rows + size > ROWS_OF_A_PIECE:
            yield _Piece(path, metadata, tuple(spans), first_row)
            first_row, rows, spans = first_row + rows, 0, []
        for offset in range(0, size, ROWS_OF_A_PIECE):
            if rows == ROWS_OF_A_PIECE:
                yield _Piece(path, metadata, tuple(spans), first_row)
                first_row, rows, spans = first_row + rows, 0, []
            spans.append(_Span(group, offset, min(ROWS_OF_A_PIECE, size - offset)))
            rows += spans[-1].rows
    if spans:
        yield _Piece(path, metadata, tuple(spans), first_row)


def _frame(
    piece: _Piece,
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


def _subjects(tables: SubjectTables) -> _Subjects:
    people, units = _ids(tables.person_subject), _ids(tables.household_subject)
    return _Subjects(people, units, unit_members(tables.assistance_unit_member, people, units))


def _ids(path: Path) -> pa.Array:
    with pq.ParquetFile(path) as file:
        column = file.read(["subject_id"], use_threads=False).column(0)
    chunks = [chunk.cast(pa.large_string()) for chunk in column.chunks]
    return pa.concat_arrays(chunks) if chunks else pa.array([], pa.large_string())


def _members(store: Mapping[str, AnyColumn], units: Units, first: int, last: int) -> MemberFrame:
    rows = units.members[units.bounds[first] : units.bounds[last]]
    frame = Frame(len(rows), lambda name: taken(store[name], rows))
    return MemberFrame(frame, units.bounds[first : last + 1] - units.bounds[first])
