"""One decision again, with everything it rests on.

Here: evaluating one programme for one subject with the kernel that the night uses, and the trace of
it. Never here: finding the subject's row, or words for people. Next: `hub explain`, golden cases, tests
that hold stored decisions and replay together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from hub.programmes.evaluation.bitmaps import Bits
from hub.programmes.evaluation.compiling import CompiledScope, Gaps, compile_scope
from hub.programmes.evaluation.deciding import OUTCOMES, decide_rows, received_rows
from hub.programmes.evaluation.frames import Column, Frame, MemberFrame, SetColumn, read_column
from hub.programmes.evaluation.kernel import Plan
from hub.programmes.facts import BITS_IN_WORD, Fact, load_facts
from hub.programmes.language import tree
from hub.programmes.parameters import ParameterValue, in_force
from hub.programmes.programme import AMOUNT_UNKNOWN, Condition, Programme

Value = bool | int | str | list[str] | None


@dataclass(frozen=True, slots=True)
class TraceNode:
    """One step of a decision: what was computed, from what."""

    text: str
    """The expression as it was written, or the code of a condition."""
    kind: str
    """fact, parameter, number, expression, condition, member, amount or margin."""
    value: Value
    """None where it is unknown."""
    unit: str
    status: str
    """known, unknown, or missing (its evidence did not arrive)."""
    citation: str
    children: tuple[TraceNode, ...]


@dataclass(frozen=True, slots=True)
class Replay:
    """A decision before interactions, as the night would store it."""

    subject_id: str
    programme_code: str
    day: dt.date
    known_at: dt.date
    outcome: str
    fail_mask: int
    unknown_mask: int
    reasons: tuple[str, ...]
    amount: int | None
    margin_amount: int | None
    is_received: bool
    trace: TraceNode

    def mapping(self) -> dict[str, Any]:
        """Return the decision as nested mappings, for JSON."""
        return asdict(self)


def replay(
    subject: pl.DataFrame,
    programme: Programme,
    parameters: Sequence[ParameterValue],
    day: dt.date,
    known_at: dt.date | None = None,
    *,
    members: pl.DataFrame | None = None,
    gaps: Gaps = (),
    facts: Mapping[str, Fact] | None = None,
) -> Replay:
    """Decide `programme` for one subject again.

    Args:
        subject: its row of `person_subject` or `household_subject`.
        programme: the programme.
        parameters: all parameters, of every date.
        day: the day that is decided.
        known_at: the day on which one knows; by default `day`.
        members: rows of `person_subject` of the counted members, for programmes of a household.
        gaps: (programme, bit) of conditions whose evidence did not arrive.
        facts: the vocabulary; by default that of the hub.

    Raises:
        ValueError: `subject` is not one row.
    """
    if subject.height != 1:
        raise ValueError(f"one subject is replayed at a time, not {subject.height}")
    facts = load_facts() if facts is None else facts
    known = day if known_at is None else known_at
    values = in_force(tuple(parameters), day, known)
    amounts = {(value.parameter, value.key): value.amount for value in values}
    citations = {value.parameter: value.legal_basis for value in values}
    compiled = compile_scope(programme.scope, [programme], facts, amounts, day, gaps)
    frame = subject_frame(subject, facts, members)
    only = compiled.programmes[0]
    receivers = received_rows(frame, compiled).get(programme.code, np.empty(0, np.intp))
    found = decide_rows(frame, compiled.plan, only, np.arange(1), receivers)
    fails = 0 if found.fail_mask is None else int(found.fail_mask[0])
    unknowns = 0 if found.unknown_mask is None else int(found.unknown_mask[0])
    outcome = OUTCOMES[int(found.outcome[0])]
    tracer = _Tracer(frame, compiled, citations, members, day)
    return Replay(
        subject_id=str(subject["subject_id"][0]) if "subject_id" in subject.columns else "",
        programme_code=programme.code,
        day=day,
        known_at=known,
        outcome=outcome,
        fail_mask=fails,
        unknown_mask=unknowns,
        reasons=reasons_of(programme.conditions_on(day), outcome, fails, unknowns),
        amount=_first(found.amount, found.amount_known if outcome == "eligible" else [False]),
        margin_amount=_first(found.margin, found.margin_known),
        is_received=len(receivers) > 0,
        trace=tracer.programme(outcome),
    )


def _first(values: Any, known: Any) -> int | None:
    return None if values is None or (known is not None and not known[0]) else int(values[0])


def reasons_of(
    conditions: Sequence[Condition], outcome: str, fails: int, unknowns: int
) -> tuple[str, ...]:
    """Return the reason codes of an outcome in the order of bits."""
    ordered = sorted(conditions, key=lambda each: each.bit)
    if outcome == "ineligible":
        return tuple(each.code for each in ordered if fails >> each.bit & 1)
    if outcome == "undetermined":
        return tuple(each.code for each in ordered if unknowns >> each.bit & 1) or (AMOUNT_UNKNOWN,)
    return ()


def subject_frame(
    subjects: pl.DataFrame,
    facts: Mapping[str, Fact],
    members: pl.DataFrame | None = None,
    *,
    member_counts: Sequence[int] | None = None,
) -> Frame:
    """Return a frame of `subjects`.

    Args:
        subjects: rows of a subject table.
        facts: the vocabulary.
        members: rows of the counted members, unit after unit.
        member_counts: members of each subject; by default the first subject has all of them.
    """
    batch = _batch(subjects)

    def of_unit() -> MemberFrame:
        people = _batch(pl.DataFrame() if members is None else members)
        bounds = np.zeros(subjects.height + 1, np.int64)
        bounds[1:] = people.num_rows if member_counts is None else np.cumsum(member_counts)
        frame = Frame(people.num_rows, lambda name: read_column(people, facts[name]))
        return MemberFrame(frame, bounds)

    return Frame(batch.num_rows, lambda name: read_column(batch, facts[name]), of_unit)


def _batch(frame: pl.DataFrame) -> pa.RecordBatch:
    table = frame.to_arrow().combine_chunks()
    batches = table.to_batches()
    return batches[0] if batches else pa.RecordBatch.from_pylist([], schema=table.schema)


class _Tracer:
    """Writes down what the kernel computed of the one row of a frame."""

    def __init__(
        self,
        frame: Frame,
        compiled: CompiledScope,
        citations: Mapping[str, str],
        members: pl.DataFrame | None,
        day: dt.date,
    ) -> None:
        self.frame, self.plan, self.day = frame, compiled.plan, day
        self.compiled = compiled.programmes[0]
        self.citations, self.members = citations, members

    def programme(self, outcome: str) -> TraceNode:
        """Return the trace of the whole decision."""
        programme = self.compiled.programme
        return TraceNode(
            text=programme.code,
            kind="decision",
            value=outcome,
            unit="",
            status="unknown" if outcome == "undetermined" else "known",
            citation=programme.legal_basis,
            children=tuple(self._parts(programme)),
        )

    def _parts(self, programme: Programme) -> Iterator[TraceNode]:
        rules = {each.bit: each for each in programme.conditions_on(self.day)}
        for condition in self.compiled.conditions:
            rule = rules[condition.bit]
            if condition.step is None:
                yield TraceNode(rule.code, "condition", None, "", "missing", rule.citation, ())
                continue
            inner = self._node(rule.rule, self.plan, self.frame, 0)
            yield TraceNode(
                rule.code, "condition", inner.value, "", inner.status, rule.citation, (inner,)
            )
        for kind, node in (("amount", programme.amount.value), ("margin", programme.amount.margin)):
            if node is not None and self.compiled.is_in_force:
                inner = self._node(node, self.plan, self.frame, 0)
                yield TraceNode(
                    node.text,
                    kind,
                    inner.value,
                    programme.amount.unit if kind == "amount" else "won",
                    inner.status,
                    programme.legal_basis,
                    inner.children or (inner,),
                )

    def _node(self, node: tree.Node, plan: Plan, frame: Frame, row: int) -> TraceNode:
        value = self._value(node, plan, frame, row)
        kind = {"Fact": "fact", "Parameter": "parameter", "Number": "number"}.get(
            type(node).__name__, "expression"
        )
        citation = self.citations.get(node.name, "") if isinstance(node, tree.Parameter) else ""
        if isinstance(node, tree.Members):
            children = tuple(self._members(node))
        else:
            children = tuple(
                self._node(child, plan, frame, row)
                for child in tree.children(node)
                if not isinstance(child, (tree.Number, tree.Truth, tree.Word))
            )
        return TraceNode(
            text=node.text,
            kind=kind,
            value=value,
            unit=node.type.unit,
            status="unknown" if value is None else "known",
            citation=citation,
            children=children,
        )

    def _members(self, node: tree.Members) -> Iterator[TraceNode]:
        members = self.frame.members
        ids = [] if self.members is None else self.members.get_column("subject_id").to_list()
        for row in range(members.frame.rows):
            inner = self._node(node.operand, self.plan.members, members.frame, row)
            name = str(ids[row]) if row < len(ids) else str(row)
            yield TraceNode(name, "member", inner.value, inner.unit, inner.status, "", (inner,))

    def _value(self, node: tree.Node, plan: Plan, frame: Frame, row: int) -> Value:
        if isinstance(node, tree.Fact) and node.type.family in {"set", "word"}:
            return _words(frame, node, row)
        found = plan.result(plan.add(node), frame)
        if isinstance(found, Bits):
            if found.unknown is not None and _bit(found.unknown, row):
                return None
            return _bit(found.true, row)
        if found.known is not None and not _bit(found.known, row):
            return None
        return int(np.broadcast_to(found.values, frame.rows)[row])


def _bit(words: Any, row: int) -> bool:
    return bool(int(words[row >> 6]) >> (row & 63) & 1)


def _words(frame: Frame, node: tree.Fact, row: int) -> Value:
    column = frame.column(node.name)
    if isinstance(column, SetColumn):
        held = [int(words[row]) for words in column.held]
        known = [int(words[row]) for words in column.known]
        words = [
            word
            for place, word in enumerate(node.type.words)
            if held[place // BITS_IN_WORD] >> place % BITS_IN_WORD & 1
        ]
        return words if words or any(known) else None
    if not isinstance(column, Column) or (column.known is not None and not _bit(column.known, row)):
        return None
    return node.type.words[int(column.values[row])]
