"""Programmes over frames: who is eligible, what fails or is unknown of whom, amounts and margins.

Here: compiling programmes for a day, and deciding one frame. Never here: expressions (`kernel`), the
order of frames (`run`), interactions. Next: `run` puts the parts of all frames together.

Rows are stored of subjects that are eligible, and of those that receive the programme. Masks,
amounts and margins are computed for these rows only.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from hub.programmes.evaluation.bitmaps import Bits, Rows, Words, rows_of, test, unpack
from hub.programmes.evaluation.frames import Frame, SetColumn
from hub.programmes.evaluation.kernel import Numbers, ParameterAmounts, Plan
from hub.programmes.facts import BITS_IN_WORD, Fact
from hub.programmes.language.tree import Node
from hub.programmes.programme import Programme

ELIGIBLE, INELIGIBLE, UNDETERMINED, NOT_IN_FORCE = range(4)
OUTCOMES = ("eligible", "ineligible", "undetermined", "not_in_force")
"""Outcome by its number."""
RECEIPTS: Mapping[str, str] = {"person": "receipts", "household": "unit_receipts"}
"""Scope → fact that says which programmes the subject receives."""

Gaps = Collection[tuple[str, int]]
"""(programme, bit) of conditions whose evidence did not arrive: unknown of everyone."""
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class CompiledCondition:
    """A condition as a step of the scope's plan; no step where its evidence is missing."""

    bit: int
    step: int | None


@dataclass(frozen=True, slots=True)
class CompiledProgramme:
    """A programme as steps of the scope's plan."""

    programme: Programme
    is_in_force: bool
    conditions: tuple[CompiledCondition, ...]
    amount: int | None
    margin: int | None


@dataclass(frozen=True, slots=True)
class CompiledScope:
    """All programmes of one scope, and the plan they share."""

    scope: str
    plan: Plan
    programmes: tuple[CompiledProgramme, ...]

    @property
    def facts(self) -> frozenset[str]:
        """Facts of the subject that are read, with its receipts."""
        return frozenset({RECEIPTS[self.scope], *self.plan.read}) & set(self.plan.facts)


@dataclass(slots=True)
class Selection:
    """Rows of one programme that are stored, in the order of subjects.

    Arrays have one value a stored row. A mask or amount that is None is 0, or absent, of all rows.
    """

    rows: Rows
    outcome: NDArray[np.uint8]
    is_received: Flags
    fail_mask: Integers | None
    unknown_mask: Integers | None
    amount: Integers | None
    amount_known: Flags | None
    margin: Integers | None
    margin_known: Flags | None


def compile_scope(
    scope: str,
    programmes: Sequence[Programme],
    facts: Mapping[str, Fact],
    amounts: ParameterAmounts,
    day: dt.date,
    gaps: Gaps = (),
) -> CompiledScope:
    """Compile the programmes of `scope` for one day.

    Args:
        scope: `person` or `household`; programmes of the other are left out.
        programmes: as loaded.
        facts: the vocabulary.
        amounts: parameters in force.
        day: the day that dates of programmes and variants are compared with.
        gaps: conditions without evidence.
    """
    plan = Plan(facts, amounts)
    missing = frozenset(gaps)

    def place(node: Node | None) -> int | None:
        return None if node is None else plan.add(node)

    compiled = []
    for programme in programmes:
        if programme.scope != scope:
            continue
        is_in_force = programme.is_in_force(day)
        conditions = tuple(
            CompiledCondition(
                each.bit, None if (programme.code, each.bit) in missing else plan.add(each.rule)
            )
            for each in (programme.conditions_on(day) if is_in_force else ())
        )
        compiled.append(
            CompiledProgramme(
                programme=programme,
                is_in_force=is_in_force,
                conditions=conditions,
                amount=place(programme.amount.value) if is_in_force else None,
                margin=place(programme.amount.margin) if is_in_force else None,
            )
        )
    return CompiledScope(scope, plan, tuple(compiled))


def received_rows(frame: Frame, scope: CompiledScope) -> dict[str, Rows]:
    """Return programme → rows that receive it."""
    fact = scope.plan.facts.get(RECEIPTS[scope.scope])
    if fact is None:
        return {}
    column = frame.column(fact.name)
    if not isinstance(column, SetColumn):
        raise TypeError(f"fact {fact.name} is no set")
    found: dict[str, Rows] = {}
    for number, words in enumerate(column.held):
        rows = np.flatnonzero(words)
        if not len(rows):
            continue
        held = words[rows]
        present = int(np.bitwise_or.reduce(held))
        for bit in range(min(BITS_IN_WORD, len(fact.values) - number * BITS_IN_WORD)):
            if present >> bit & 1:
                chosen = (held >> np.uint64(bit)) & np.uint64(1)
                found[fact.values[number * BITS_IN_WORD + bit]] = rows[chosen.astype(np.bool_)]
    return found


def decide_frame(frame: Frame, scope: CompiledScope, first_row: int = 0) -> list[Selection]:
    """Decide every programme of `scope` over `frame`.

    Args:
        frame: facts of some subjects.
        scope: compiled programmes.
        first_row: number of the frame's first subject among all subjects.
    """
    received = received_rows(frame, scope)
    nobody = np.empty(0, np.intp)
    return [
        _selection(frame, scope.plan, each, received.get(each.programme.code, nobody), first_row)
        for each in scope.programmes
    ]


def _selection(
    frame: Frame, plan: Plan, compiled: CompiledProgramme, received: Rows, first_row: int
) -> Selection:
    if not compiled.is_in_force:
        outcome = np.full(len(received), NOT_IN_FORCE, np.uint8)
        return _bare(received, outcome, first_row)
    eligible = _eligible(frame, plan, compiled)
    others = received[~test(eligible, received)]
    if len(others):
        flags = unpack(eligible, frame.rows)
        flags[others] = True
        rows = np.flatnonzero(flags)
    else:
        rows = rows_of(eligible, frame.rows)
    found = _bare(rows, np.full(len(rows), ELIGIBLE, np.uint8), first_row)
    found.is_received = np.zeros(len(rows), np.bool_)
    found.is_received[np.searchsorted(rows, received)] = True
    if len(others):
        _judge(frame, plan, compiled, others, np.searchsorted(rows, others), found)
    _measure(frame, plan, compiled, rows, found)
    if found.amount_known is None:
        return found
    stored = (found.outcome == ELIGIBLE) | found.is_received
    # Who neither is eligible nor receives has no row.
    return found if stored.all() else part_of(found, np.flatnonzero(stored))


def decide_rows(
    frame: Frame, plan: Plan, compiled: CompiledProgramme, rows: Rows, received: Rows
) -> Selection:
    """Decide one programme for some rows of a frame, stored or not.

    Args:
        frame: facts of some subjects.
        plan: plan of the programme's scope.
        compiled: the programme.
        rows: rows of the frame to decide.
        received: rows of the frame that receive it.
    """
    outcome = ELIGIBLE if compiled.is_in_force else NOT_IN_FORCE
    found = _bare(rows, np.full(len(rows), outcome, np.uint8), 0)
    found.is_received = np.isin(rows, received)
    if compiled.is_in_force:
        _judge(frame, plan, compiled, rows, np.arange(len(rows)), found)
        _measure(frame, plan, compiled, rows, found)
    return found


def part_of(found: Selection, places: Rows | slice) -> Selection:
    """Return some of the rows."""
    arrays = {name: getattr(found, name) for name in Selection.__slots__}
    return Selection(
        **{  # type: ignore[arg-type]
            name: None if array is None else array[places] for name, array in arrays.items()
        }
    )


def _bare(rows: Rows, outcome: NDArray[np.uint8], first_row: int) -> Selection:
    return Selection(
        rows=rows + first_row,
        outcome=outcome,
        is_received=np.ones(len(rows), np.bool_),
        fail_mask=None,
        unknown_mask=None,
        amount=None,
        amount_known=None,
        margin=None,
        margin_known=None,
    )


def _eligible(frame: Frame, plan: Plan, compiled: CompiledProgramme) -> Words:
    """Bitmap of the rows of which every condition is known to be true."""
    trues = []
    for condition in compiled.conditions:
        if condition.step is None:
            return np.zeros_like(frame.valid)
        bits: Bits = plan.result(condition.step, frame)
        trues.append(bits.true)
    return reduce(np.bitwise_and, trues, frame.valid)


def _judge(
    frame: Frame,
    plan: Plan,
    compiled: CompiledProgramme,
    rows: Rows,
    places: Rows,
    found: Selection,
) -> None:
    """Fill masks and outcomes of `rows`, which stand at `places` of `found`; others have no bit set."""
    fails = np.zeros(len(rows), np.uint64)
    unknowns = np.zeros(len(rows), np.uint64)
    words, shifts = rows >> 6, (rows & 63).astype(np.uint64)
    one = np.uint64(1)
    for condition in compiled.conditions:
        bit = np.uint64(condition.bit)
        if condition.step is None:
            unknowns |= one << bit
            continue
        bits: Bits = plan.result(condition.step, frame)
        possible = bits.true[words]
        if bits.unknown is not None:
            unknown = bits.unknown[words]
            possible |= unknown
            unknowns |= (unknown >> shifts & one) << bit
        fails |= (~possible >> shifts & one) << bit
    found.fail_mask = np.zeros(len(found.rows), np.int64)
    found.unknown_mask = np.zeros(len(found.rows), np.int64)
    found.fail_mask[places] = fails.view(np.int64)
    found.unknown_mask[places] = unknowns.view(np.int64)
    found.outcome[places[unknowns != 0]] = UNDETERMINED
    found.outcome[places[fails != 0]] = INELIGIBLE


def _measure(
    frame: Frame, plan: Plan, compiled: CompiledProgramme, rows: Rows, found: Selection
) -> None:
    """Fill amounts and margins of the stored rows."""
    if not len(rows) or (compiled.amount is None and compiled.margin is None):
        return
    few = frame.take(rows)
    if compiled.amount is not None:
        found.amount, found.amount_known = _integers(plan.result(compiled.amount, few), few)
        eligible = found.outcome == ELIGIBLE
        if found.amount_known is not None:
            found.outcome[eligible & ~found.amount_known] = UNDETERMINED
            eligible &= found.amount_known
        found.amount_known = None if eligible.all() else eligible
    if compiled.margin is not None:
        found.margin, found.margin_known = _integers(plan.result(compiled.margin, few), few)


def _integers(numbers: Numbers, frame: Frame) -> tuple[Integers, Flags | None]:
    values = np.broadcast_to(numbers.values, frame.rows).astype(np.int64)
    return values, None if numbers.known is None else unpack(numbers.known, frame.rows)


def concatenated(parts: Sequence[Selection]) -> Selection:
    """Return the rows of one programme of all frames, in the frames' order."""
    if len(parts) == 1:
        return parts[0]

    def joined(name: str, empty: int) -> NDArray[np.generic] | None:
        arrays = [getattr(part, name) for part in parts]
        if all(array is None for array in arrays):
            return None
        dtype = next(array.dtype for array in arrays if array is not None)
        filled = [
            np.full(len(part.rows), empty, dtype) if array is None else array
            for part, array in zip(parts, arrays, strict=True)
        ]
        return np.concatenate(filled)

    return Selection(
        rows=np.concatenate([part.rows for part in parts]),
        outcome=np.concatenate([part.outcome for part in parts]),
        is_received=np.concatenate([part.is_received for part in parts]),
        fail_mask=joined("fail_mask", 0),  # type: ignore[arg-type]
        unknown_mask=joined("unknown_mask", 0),  # type: ignore[arg-type]
        amount=joined("amount", 0),  # type: ignore[arg-type]
        amount_known=joined("amount_known", 1),  # type: ignore[arg-type]
        margin=joined("margin", 0),  # type: ignore[arg-type]
        margin_known=joined("margin_known", 1),  # type: ignore[arg-type]
    )
