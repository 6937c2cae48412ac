"""All programmes over the subject tables: read in pieces, decide on two threads, put together.

Here: the order of pieces and of settling. Never here: reading (`reading`) or deciding (`deciding`) a piece,
finding members (`members`), keeping rows (`selections`). Next: `writing` stores what `evaluate` returns,
and begins with programmes that no unit bears on while units are still being decided.

What grows with the number of people is their ids, who is whose member, and the facts of members that
programmes of households read; decisions go to a file when they are many.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
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
    stacked,
    taken,
    unknown_column,
)
from hub.programmes.evaluation.members import Units, unit_members
from hub.programmes.evaluation.reading import Piece as SubjectPiece
from hub.programmes.evaluation.reading import frame_of, pieces
from hub.programmes.evaluation.selections import (
    BYTES_IN_MEMORY,
    Selection,
    Selections,
    narrowed,
)
from hub.programmes.evaluation.settling import Settled, settle
from hub.programmes.facts import Fact
from hub.programmes.interactions import changed_by_others, settled_alone
from hub.programmes.programme import Programme

Piece = TypeVar("Piece")
Result = TypeVar("Result")

THREADS = 2


@dataclass(frozen=True, slots=True)
class SubjectTables:
    """Parquet files of one night. Subject tables are sorted by subject_id."""

    person_subject: Path
    household_subject: Path
    assistance_unit_member: Path


class _Settling(Mapping[str, Settled]):
    """Programme → what interactions made of its rows: waits for what is not settled yet."""

    def __init__(self, told_by: Mapping[str, Future[dict[str, Settled]]]) -> None:
        self._told_by = told_by

    def __getitem__(self, code: str) -> Settled:
        """Return what is known already, or wait.

        Raises:
            FactColumnError: a column of units holds what its fact cannot be.
        """
        return self._told_by[code].result()[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._told_by)

    def __len__(self) -> int:
        return len(self._told_by)


@dataclass(frozen=True, slots=True)
class Decided:
    """All stored decisions, programme by programme; those of units may still be under way."""

    day: dt.date
    programmes: tuple[Programme, ...]
    """In the order in which their decisions are known, of these in order of their codes."""
    subject_ids: Mapping[str, pa.Array]
    """Scope → ids of all subjects, by row."""
    selections: Selections
    """Programme → stored rows; complete once its `settled` is there."""
    settled: Mapping[str, Settled]
    """Programme → what interactions made of its rows. Asking waits until that is known."""


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

    def decide_people(piece: SubjectPiece) -> tuple[list[Selection], list[AnyColumn]]:
        frame = frame_of(piece, wanted, facts)
        found = decide_frame(frame, person, piece.first_row)
        return list(map(narrowed, found)), [frame.column(name) for name in member_facts]

    of_people = list(pieces(tables.person_subject))
    sizes = [piece.rows for piece in of_people]
    for found, columns in in_order(pool, decide_people, of_people):
        keep(person, found)
        for name, column in zip(member_facts, columns, strict=True):
            kept[name].append(column)
    store = {
        name: stacked(columns, sizes) if columns else unknown_column(facts[name], 0)
        for name, columns in kept.items()
    }
    kept.clear()
    subjects = finding.result()

    def decide_units(piece: SubjectPiece) -> list[Selection]:
        first, last = piece.first_row, piece.first_row + piece.rows
        members = partial(_members, store, subjects.members, first, last)
        frame = frame_of(piece, household.facts, facts, members)
        return list(map(narrowed, decide_frame(frame, household, piece.first_row)))

    def decide_all_units() -> None:
        with pool:
            for selected in in_order(pool, decide_units, pieces(tables.household_subject)):
                keep(household, selected)

    counts = {"person": len(subjects.people), "household": len(subjects.units)}
    among_people = settled_alone(programmes, "person")

    def settle_people() -> dict[str, Settled]:
        chosen = [each for each in programmes if each.code in among_people]
        return settle(chosen, selections, subjects.members.unit_of_person, counts)

    def settle_others() -> dict[str, Settled]:
        units_decided.result()
        chosen = [each for each in programmes if each.code not in among_people]
        return settle(chosen, selections, subjects.members.unit_of_person, counts)

    as_decided: Future[dict[str, Settled]] = Future()
    as_decided.set_result(
        {each.code: Settled(partial(selections.__getitem__, each.code)) for each in programmes}
    )
    conducting = ThreadPoolExecutor(2)
    units_decided = conducting.submit(decide_all_units)
    told = (
        as_decided,
        conducting.submit(settle_people),
        conducting.submit(settle_others),
    )
    conducting.shutdown(wait=False)
    stages = _stages(programmes, among_people)
    ordered = sorted(programmes, key=lambda each: stages[each.code])
    return Decided(
        day=day,
        programmes=tuple(ordered),
        subject_ids={"person": subjects.people, "household": subjects.units},
        selections=selections,
        settled=_Settling({each.code: told[stages[each.code]] for each in ordered}),
    )


def _stages(programmes: Sequence[Programme], among_people: Collection[str]) -> dict[str, int]:
    """Return when it is known of each programme what interactions make of it.

    0: with people decided, of programmes of persons that no other changes. 1: soon after, of those that
    only programmes of persons bear on. 2: of all others, after units are decided.
    """
    changed = changed_by_others(programmes)
    return {
        each.code: (
            0
            if each.scope == "person" and each.code not in changed
            else 1
            if each.code in among_people
            else 2
        )
        for each in programmes
    }


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
