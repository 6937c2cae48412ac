"""Programmes over frames: who is eligible, what fails or is unknown of whom, amounts and margins.

Here: deciding one frame. Never here: expressions (`kernel`), the order of frames (`run`),
interactions. Next: `run` puts the parts of all frames together.

Rows are stored of subjects that are eligible, and of those that receive the programme. Masks,
amounts and margins are computed for these rows only.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hub.programmes.evaluation.arithmetic import Numbers
from hub.programmes.evaluation.bitmaps import Bits, Rows, Words, rows_of, test, unpack
from hub.programmes.evaluation.compiling import RECEIPTS, CompiledProgramme, CompiledScope
from hub.programmes.evaluation.frames import Frame, SetColumn
from hub.programmes.evaluation.kernel import Plan
from hub.programmes.evaluation.selections import Selection, part_of
from hub.programmes.facts import BITS_IN_WORD

ELIGIBLE, INELIGIBLE, UNDETERMINED, NOT_IN_FORCE = range(4)
OUTCOMES = ("eligible", "ineligible", "undetermined", "not_in_force")
"""Outcome by its number."""
_MASK_WIDTHS = ((8, np.uint8), (15, np.int16), (31, np.int32), (64, np.int64))
"""Bits of a mask → the narrowest integers that hold them."""
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


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
        rows = np.flatnonzero(words != 0)
        flags = np.unpackbits(words[rows].view(np.uint8), bitorder="little").view(np.bool_)
        at = np.flatnonzero(flags)
        # A stable sort by bit keeps the rows of each in order.
        bits = (at % BITS_IN_WORD).astype(np.uint8)
        order = np.argsort(bits, kind="stable")
        holders = rows[at // BITS_IN_WORD][order]
        first = number * BITS_IN_WORD
        asked = fact.values[first : first + BITS_IN_WORD]
        ends = np.searchsorted(bits[order], np.arange(len(asked) + 1, dtype=np.uint8))
        for place, word in enumerate(asked):
            if ends[place] < ends[place + 1]:
                found[word] = holders[ends[place] : ends[place + 1]]
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
    test_conditions(frame, scope)
    return [
        _selection(frame, scope.plan, each, received.get(each.programme.code, nobody), first_row)
        for each in scope.programmes
    ]


def _selection(
    frame: Frame, plan: Plan, compiled: CompiledProgramme, received: Rows, first_row: int
) -> Selection:
    if not compiled.is_in_force:
        found = _bare(received, np.full(len(received), NOT_IN_FORCE, np.uint8), first_row)
        found.is_received[:] = True
        return found
    eligible = eligible_rows(frame, plan, compiled)
    others = received[~test(eligible, received)]
    if len(others):
        flags = unpack(eligible, frame.rows)
        flags[others] = True
        rows = np.flatnonzero(flags)
    else:
        rows = rows_of(eligible, frame.rows)
    found = _bare(rows, np.full(len(rows), ELIGIBLE, np.uint8), first_row)
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


def _bare(rows: Rows, outcome: NDArray[np.uint8], first_row: int) -> Selection:
    return Selection(
        rows=rows + first_row,
        outcome=outcome,
        is_received=np.zeros(len(rows), np.bool_),
        fail_mask=None,
        unknown_mask=None,
        amount=None,
        amount_known=None,
        margin=None,
        margin_known=None,
    )


def test_conditions(frame: Frame, scope: CompiledScope) -> None:
    """Compute every condition of all programmes over `frame`, fact by fact; the frame remembers them."""
    for step in scope.tested:
        scope.plan.result(step, frame)


def eligible_rows(frame: Frame, plan: Plan, compiled: CompiledProgramme) -> Words:
    """Return the bitmap of the rows of which every condition is known to be true."""
    trues: list[Words] = []
    for condition in compiled.conditions:
        if condition.step is None:
            return np.zeros_like(frame.valid)
        bits: Bits = plan.result(condition.step, frame)
        trues.append(bits.true)
    if len(trues) < 2:
        return trues[0] if trues else frame.valid
    eligible = trues[0] & trues[1]
    for true in trues[2:]:
        eligible &= true
    return eligible


def _judge(
    frame: Frame,
    plan: Plan,
    compiled: CompiledProgramme,
    rows: Rows,
    places: Rows,
    found: Selection,
) -> None:
    """Fill masks and outcomes of `rows`, which stand at `places` of `found`; others have no bit set."""
    words, shifts = rows >> 6, (rows & 63).astype(np.uint64)
    fails = unknowns = np.zeros(len(rows), np.uint64)
    asked = [each for each in compiled.conditions if each.step is not None]
    if asked:
        answers: list[Bits] = [
            plan.result(each.step, frame) for each in asked if each.step is not None
        ]
        bits = np.array([[each.bit] for each in asked], np.uint64)
        possible = np.array([answer.true[words] for answer in answers])
        opens = [answer.unknown for answer in answers if answer.unknown is not None]
        open_places = [n for n, answer in enumerate(answers) if answer.unknown is not None]
        if opens:
            unknown = np.array([open_rows[words] for open_rows in opens])
            possible[open_places] |= unknown
            unknowns = _mask(unknown, shifts, bits[open_places])
        fails = _mask(~possible, shifts, bits)
    for condition in compiled.conditions:
        if condition.step is None:
            unknowns = unknowns | np.uint64(1 << condition.bit)
    highest = max((condition.bit for condition in compiled.conditions), default=0)
    width = next(width for bits_held, width in _MASK_WIDTHS if highest < bits_held)
    found.fail_mask = np.zeros(len(found.rows), width)
    found.unknown_mask = np.zeros(len(found.rows), width)
    found.fail_mask[places] = fails.astype(width)
    found.unknown_mask[places] = unknowns.astype(width)
    found.outcome[places[unknowns != 0]] = UNDETERMINED
    found.outcome[places[fails != 0]] = INELIGIBLE


def _mask(words: Words, shifts: Words, bits: Words) -> Words:
    """Put the bit of each row, of several conditions, at the place of each condition in a mask."""
    mask: Words = np.bitwise_or.reduce((words >> shifts & np.uint64(1)) << bits, axis=0)
    return mask


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
    values = numbers.values.astype(np.int64, copy=False)
    if values.ndim == 0:
        values = np.broadcast_to(values, frame.rows)
    return values, None if numbers.known is None else unpack(numbers.known, frame.rows)
