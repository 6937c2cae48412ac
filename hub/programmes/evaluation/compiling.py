"""Programmes of one scope as steps of one plan, for one day.

Here: which trees a programme needs on the day. Never here: rows (`deciding`) or what a step computes
(`kernel`). Next: `deciding` runs the steps over frames.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from hub.programmes.evaluation.arithmetic import ParameterAmounts
from hub.programmes.evaluation.kernel import Plan
from hub.programmes.facts import Fact
from hub.programmes.language.tree import Node, facts_of
from hub.programmes.programme import Programme

RECEIPTS: Mapping[str, str] = {"person": "receipts", "household": "unit_receipts"}
"""Scope → fact that says which programmes the subject receives."""

Gaps = Collection[tuple[str, int]]
"""(programme, bit) of conditions whose evidence did not arrive: unknown of everyone."""


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
    tested: tuple[int, ...]
    """Steps of all conditions, those that read the same facts one after the other: what is read lies in
    the processor's cache still."""

    @property
    def facts(self) -> frozenset[str]:
        """Facts of the subject that are read, with its receipts."""
        return frozenset({RECEIPTS[self.scope], *self.plan.read}) & set(self.plan.facts)


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
    facts_read: dict[int, list[str]] = {}
    for programme in programmes:
        if programme.scope != scope:
            continue
        is_in_force = programme.is_in_force(day)
        conditions = []
        for each in programme.conditions_on(day) if is_in_force else ():
            step = None
            if (programme.code, each.bit) not in missing:
                step = plan.add(each.rule)
                facts_read[step] = sorted(facts_of(each.rule))
            conditions.append(CompiledCondition(each.bit, step))
        compiled.append(
            CompiledProgramme(
                programme=programme,
                is_in_force=is_in_force,
                conditions=tuple(conditions),
                amount=place(programme.amount.value) if is_in_force else None,
                margin=place(programme.amount.margin) if is_in_force else None,
            )
        )
    tested = sorted(facts_read, key=lambda step: (facts_read[step], step))
    return CompiledScope(scope, plan, tuple(compiled), tuple(tested))
