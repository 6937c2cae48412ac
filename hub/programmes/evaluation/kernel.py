"""The vectorised back end: typed trees to steps over arrays, each distinct tree once.

Here: compiling nodes to steps. Never here: what a step computes (`matching`, `arithmetic`, `choosing`,
`over_members`), programmes or decisions (`deciding`). Next: `deciding` asks a plan for the bits of
conditions and the numbers of amounts.

A step gives `Bits` (conditions) or `Numbers` (integers and the bitmap of rows where they are known).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import numpy as np

from hub.programmes.evaluation import over_members
from hub.programmes.evaluation.arithmetic import (
    KeyedAmounts,
    Numbers,
    ParameterAmounts,
    combined,
    constant_parameter,
    divided,
    half_up,
    share,
)
from hub.programmes.evaluation.bitmaps import Bits, both, either, negated
from hub.programmes.evaluation.choosing import (
    chosen_bits,
    chosen_numbers,
    known_or,
    known_rows,
)
from hub.programmes.evaluation.frames import Column, Frame
from hub.programmes.evaluation.matching import (
    COMPARE,
    TURNED,
    any_of,
    compared,
    compared_rows,
    is_empty,
    one_of,
)
from hub.programmes.facts import Fact
from hub.programmes.language import tree

Step = Callable[[Frame], Any]


class Plan:
    """Steps for the trees of one scope.

    Args:
        facts: the vocabulary.
        amounts: parameters in force on the day.
    """

    def __init__(self, facts: Mapping[str, Fact], amounts: ParameterAmounts) -> None:
        self.facts = facts
        self.amounts = amounts
        self.steps: list[Step] = []
        self.read: set[str] = set()
        """Names of the facts that some step reads."""
        self._places: dict[tree.Node, int] = {}
        self._members: Plan | None = None

    @property
    def members(self) -> Plan:
        """Plan of the trees over members of units."""
        if self._members is None:
            self._members = Plan(self.facts, self.amounts)
        return self._members

    @property
    def member_facts(self) -> set[str]:
        """Names of the facts of members that some step reads."""
        return set() if self._members is None else self._members.read

    def add(self, node: tree.Node) -> int:
        """Return the place of the step that computes `node`; equal trees have one place."""
        place = self._places.get(node)
        if place is None:
            step = self._compiled(node)
            place = self._places[node] = len(self.steps)
            self.steps.append(step)
        return place

    def result(self, place: int, frame: Frame) -> Any:
        """Return `Bits` or `Numbers` of a step on a frame, computed at most once."""
        found = frame.results.get(place)
        if found is None:
            found = frame.results[place] = self.steps[place](frame)
        return found

    def _operands(self, *nodes: tree.Node) -> Callable[[Frame], list[Any]]:
        places = [self.add(node) for node in nodes]
        return lambda frame: [self.result(place, frame) for place in places]

    def _compiled(self, node: tree.Node) -> Step:  # noqa: PLR0911, PLR0912  one case a kind of node
        match node:
            case tree.Fact():
                return self._fact(node)
            case tree.Number(value=value):
                numbers = Numbers(np.array(value, np.int64), None)
                return lambda _frame: numbers
            case tree.Truth(value=value):
                return lambda frame: Bits(
                    frame.valid if value else np.zeros_like(frame.valid), None
                )
            case tree.Parameter():
                return self._parameter(node)
            case tree.Arithmetic():
                return self._arithmetic(node)
            case tree.Comparison():
                return self._comparison(node)
            case tree.OneOf():
                return self._one_of(node)
            case tree.AnyOf():
                return self._any_of(node)
            case tree.IsEmpty():
                return self._is_empty(node)
            case tree.Both(operands=operands):
                values = self._operands(*operands)
                return lambda frame: reduce(both, values(frame))
            case tree.Either(operands=operands):
                values = self._operands(*operands)
                return lambda frame: reduce(either, values(frame))
            case tree.Negation(operand=operand):
                values = self._operands(operand)
                return lambda frame: negated(values(frame)[0], frame.valid)
            case tree.Choice():
                return self._choice(node)
            case tree.Extreme(function=function, operands=operands):
                values = self._operands(*operands)
                pick = np.minimum if function == "least" else np.maximum
                return lambda frame: combined(values(frame), pick)
            case tree.Share(amount=amount, rate=rate):
                values = self._operands(amount, rate)
                return lambda frame: combined(values(frame), share)
            case tree.HalfUp(numerator=numerator, denominator=denominator):
                values = self._operands(numerator, denominator)
                return lambda frame: divided(values(frame), frame, half_up)
            case tree.FloorTen(operand=operand):
                values = self._operands(operand)
                return lambda frame: Numbers(
                    values(frame)[0].values // 10 * 10, values(frame)[0].known
                )
            case tree.IsKnown(operand=operand):
                values = self._operands(operand)
                return lambda frame: Bits(known_rows(values(frame)[0], frame), None)
            case tree.KnownOr(operand=operand, default=default):
                values = self._operands(operand, default)
                return lambda frame: known_or(values(frame), frame)
            case tree.Members():
                return self._of_members(node)
        raise TypeError(f"{type(node).__name__} has no step")

    def _fact(self, node: tree.Fact) -> Step:
        name = node.name
        self.read.add(name)
        if node.type.family == "boolean":

            def bits(frame: Frame) -> Bits:
                column = _simple(frame, name)
                unknown = None if column.known is None else frame.valid & ~column.known
                return Bits(column.values, unknown)

            return bits

        def numbers(frame: Frame) -> Numbers:
            column = _simple(frame, name)
            return Numbers(column.values, column.known)

        return numbers

    def _parameter(self, node: tree.Parameter) -> Step:
        if all(isinstance(key, (tree.Word, tree.Number)) for key in node.keys):
            return constant_parameter(node, self.amounts)
        table = KeyedAmounts(node, self.amounts)
        keys = self._operands(*table.keys)
        return lambda frame: table.of(keys(frame), frame)

    def _arithmetic(self, node: tree.Arithmetic) -> Step:
        values = self._operands(node.left, node.right)
        if node.operator == "//":
            return lambda frame: divided(values(frame), frame, np.floor_divide)
        operation = {"+": np.add, "-": np.subtract, "*": np.multiply}[node.operator]
        return lambda frame: combined(values(frame), operation)

    def _comparison(self, node: tree.Comparison) -> Step:
        left, right, sign = node.left, node.right, str(node.comparator)
        if isinstance(left, tree.Number):
            left, right, sign = right, left, TURNED[sign]
        compare, place = COMPARE[sign], self.add(left)
        if isinstance(right, tree.Number):
            limit = right.value
            return lambda frame: compared(self.result(place, frame), compare, limit, frame, place)
        other_place = self.add(right)

        return lambda frame: compared_rows(
            self.result(place, frame), self.result(other_place, frame), compare, frame
        )

    def _one_of(self, node: tree.OneOf) -> Step:
        words = node.operand.type.words
        places = [words.index(word) for word in node.words]
        others = sorted(set(range(len(words))) - set(places))
        place = self.add(node.operand)
        return lambda frame: one_of(self.result(place, frame), places, others, frame, place)

    def _any_of(self, node: tree.AnyOf) -> Step:
        words = node.operand.type.words
        return any_of(self._set_name(node.operand), [words.index(word) for word in node.words])

    def _is_empty(self, node: tree.IsEmpty) -> Step:
        return is_empty(self._set_name(node.operand), len(node.operand.type.words))

    def _set_name(self, node: tree.Node) -> str:
        if not isinstance(node, tree.Fact):
            raise TypeError("a set that is no fact")
        self.read.add(node.name)
        return node.name

    def _choice(self, node: tree.Choice) -> Step:
        conditions = self._operands(*node.conditions)
        values = self._operands(*node.values, node.otherwise)
        choose = chosen_bits if node.type.family == "boolean" else chosen_numbers
        return lambda frame: choose(conditions(frame), values(frame), frame)

    def _of_members(self, node: tree.Members) -> Step:
        place, plan = self.members.add(node.operand), self.members
        quantified: dict[str, Callable[[Any, Any], Any]] = {
            "some": over_members.some,
            "every": over_members.every,
            "count": over_members.counted,
            "sum": over_members.summed,
        }
        said = quantified[node.quantifier]
        return lambda frame: said(plan.result(place, frame.members.frame), frame.members)


def _simple(frame: Frame, name: str) -> Column:
    column = frame.column(name)
    if not isinstance(column, Column):
        raise TypeError(f"fact {name} is a set")
    return column
