"""The vectorised back end: typed trees to steps over arrays, each distinct tree once.

Here: compiling nodes to steps, and the steps. Never here: programmes or decisions (`deciding`). Next:
`deciding` asks a plan for the bits of conditions and the numbers of amounts.

A step gives `Bits` (conditions) or `Numbers` (integers and the bitmap of rows where they are known).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hub.programmes.evaluation.bitmaps import (
    Bits,
    Words,
    both,
    either,
    joined,
    negated,
    pack,
    unpack,
    word_count,
)
from hub.programmes.evaluation.frames import Column, Frame, SetColumn
from hub.programmes.facts import BITS_IN_WORD, Fact
from hub.programmes.language import tree

PPM = 1_000_000
_COMPARE: Mapping[str, Any] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


class Numbers(NamedTuple):
    """Integers of all rows, or one for all."""

    values: NDArray[Any]
    known: Words | None
    """Bitmap of the rows where the value is known; None: all."""


Step = Callable[[Frame], Any]
ParameterAmounts = Mapping[tuple[str, str], int]
"""(parameter, key) → amount in force."""


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
                return lambda frame: _combined(values(frame), pick)
            case tree.Share(amount=amount, rate=rate):
                values = self._operands(amount, rate)
                return lambda frame: _combined(values(frame), _share)
            case tree.HalfUp(numerator=numerator, denominator=denominator):
                values = self._operands(numerator, denominator)
                return lambda frame: _divided(values(frame), frame, _half_up)
            case tree.FloorTen(operand=operand):
                values = self._operands(operand)
                return lambda frame: Numbers(
                    values(frame)[0].values // 10 * 10, values(frame)[0].known
                )
            case tree.IsKnown(operand=operand):
                values = self._operands(operand)
                return lambda frame: Bits(_known_rows(values(frame)[0], frame), None)
            case tree.KnownOr(operand=operand, default=default):
                values = self._operands(operand, default)
                return lambda frame: _known_or(values(frame), frame)
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
        dynamic = [key for key in node.keys if not isinstance(key, (tree.Word, tree.Number))]
        if not dynamic:
            key = "_".join(
                str(each.value) for each in node.keys if isinstance(each, (tree.Word, tree.Number))
            )
            amount = self.amounts.get((node.name, key or "all"))
            value = np.array(amount or 0, np.int64)
            if amount is not None:
                return lambda _frame: Numbers(value, None)
            return lambda frame: Numbers(value, np.zeros_like(frame.valid))
        return self._looked_up(node)

    def _looked_up(self, node: tree.Parameter) -> Step:
        """Amounts by key as one table with a dimension for each key; outside of it is unknown."""
        found = {key: amount for (name, key), amount in self.amounts.items() if name == node.name}
        digits = [int(part) for key in found for part in key.split("_") if part.isdigit()]
        above = max(digits, default=0) + 1
        axes: list[tuple[str, ...]] = []
        for key in node.keys:
            if isinstance(key, (tree.Word, tree.Number)):
                axes.append((str(key.value),))
            elif key.type.family == "word":
                axes.append(key.type.words)
            else:
                axes.append(tuple(map(str, range(above))))
        shape = tuple(map(len, axes))
        amounts, known = np.zeros(shape, np.int64), np.zeros(shape, np.bool_)
        for place in np.ndindex(shape):
            key_text = "_".join(axis[i] for axis, i in zip(axes, place, strict=True))
            if key_text in found:
                amounts[place], known[place] = found[key_text], True
        dynamic = [
            number
            for number, key in enumerate(node.keys)
            if not isinstance(key, (tree.Word, tree.Number))
        ]
        table, table_known = amounts.reshape(-1), known.reshape(-1)
        keys = self._operands(*(node.keys[number] for number in dynamic))
        strides = [int(np.prod(shape[number + 1 :], dtype=np.int64)) for number in dynamic]

        def look_up(frame: Frame) -> Numbers:
            index = np.zeros(frame.rows, np.int64)
            inside = np.ones(frame.rows, np.bool_)
            rows: Words | None = None
            for number, stride, value in zip(dynamic, strides, keys(frame), strict=True):
                place = np.broadcast_to(value.values, frame.rows).astype(np.int64)
                fits = (place >= 0) & (place < shape[number])
                inside &= fits
                index += np.where(fits, place, 0) * stride
                rows = joined(rows, value.known)
            inside &= table_known[index]
            if inside.all():
                return Numbers(table[index], rows)
            return Numbers(table[index], joined(rows, pack(inside, frame.rows)))

        return look_up

    def _arithmetic(self, node: tree.Arithmetic) -> Step:
        values = self._operands(node.left, node.right)
        if node.operator == "//":
            return lambda frame: _divided(values(frame), frame, np.floor_divide)
        operation = {"+": np.add, "-": np.subtract, "*": np.multiply}[node.operator]
        return lambda frame: _combined(values(frame), operation)

    def _comparison(self, node: tree.Comparison) -> Step:
        left, right, sign = node.left, node.right, node.comparator
        if isinstance(left, tree.Number):
            left, right, sign = right, left, _TURNED[sign]  # type: ignore[assignment]
        compare = _COMPARE[sign]
        values = self._operands(left)
        if isinstance(right, tree.Number):
            constant = right.value

            def with_constant(frame: Frame) -> Bits:
                numbers = values(frame)[0]
                array = numbers.values
                if array.dtype != np.int64:
                    limits = np.iinfo(array.dtype)
                    if not limits.min <= constant <= limits.max:
                        array = array.astype(np.int64)
                return _bits(compare(array, constant), numbers.known, frame)

            return with_constant
        others = self._operands(right)

        def compared(frame: Frame) -> Bits:
            one, other = values(frame)[0], others(frame)[0]
            known = joined(one.known, other.known)
            return _bits(compare(one.values, other.values), known, frame)

        return compared

    def _one_of(self, node: tree.OneOf) -> Step:
        values = self._operands(node.operand)
        places = [node.operand.type.words.index(word) for word in node.words]
        table = np.zeros(256, np.bool_)
        table[places] = True

        def one_of(frame: Frame) -> Bits:
            codes, known = values(frame)[0]
            if len(places) > 3:
                return _bits(table[codes], known, frame)
            found = codes == places[0]
            for place in places[1:]:
                found |= codes == place
            return _bits(found, known, frame)

        return one_of

    def _any_of(self, node: tree.AnyOf) -> Step:
        name = self._set_name(node.operand)
        masks: dict[int, int] = {}
        for word in node.words:
            number, bit = divmod(node.operand.type.words.index(word), BITS_IN_WORD)
            masks[number] = masks.get(number, 0) | 1 << bit

        def any_of(frame: Frame) -> Bits:
            column = _set(frame, name)
            true: Words = np.zeros(word_count(frame.rows), np.uint64)
            unknown: Words | None = None
            for number, mask_bits in masks.items():
                mask = np.uint64(mask_bits)
                true = true | _held(frame, name, number, mask_bits)
                if _all_known(frame, name, number) & mask != mask:
                    open_rows = pack((column.known[number] & mask) != mask, frame.rows)
                    unknown = open_rows if unknown is None else unknown | open_rows
            return Bits(true, None if unknown is None else unknown & ~true)

        return any_of

    def _is_empty(self, node: tree.IsEmpty) -> Step:
        name = self._set_name(node.operand)
        count = len(node.operand.type.words)

        def is_empty(frame: Frame) -> Bits:
            column = _set(frame, name)
            held: Any = np.zeros(frame.rows, np.bool_)
            open_rows: Any = np.zeros(frame.rows, np.bool_)
            for number, (words, known) in enumerate(zip(column.held, column.known, strict=True)):
                width = min(count - number * BITS_IN_WORD, BITS_IN_WORD)
                mask = np.uint64((1 << width) - 1)
                held |= (words & mask) != 0
                open_rows |= (known & mask) != mask
            unknown = pack(open_rows & ~held, frame.rows)
            return Bits(pack(~held & ~open_rows, frame.rows), unknown if unknown.any() else None)

        return is_empty

    def _set_name(self, node: tree.Node) -> str:
        if not isinstance(node, tree.Fact):
            raise TypeError("a set that is no fact")
        self.read.add(node.name)
        return node.name

    def _choice(self, node: tree.Choice) -> Step:
        conditions = self._operands(*node.conditions)
        values = self._operands(*node.values, node.otherwise)
        choose = _chosen_bits if node.type.family == "boolean" else _chosen_numbers
        return lambda frame: choose(conditions(frame), values(frame), frame)

    def _of_members(self, node: tree.Members) -> Step:
        place, plan, quantifier = self.members.add(node.operand), self.members, node.quantifier

        def of_members(frame: Frame) -> Bits | Numbers:  # noqa: PLR0911  four quantifiers
            members = frame.members
            rows = members.frame.rows
            found = plan.result(place, members.frame)
            if quantifier == "sum":
                values = np.broadcast_to(found.values, rows)
                if found.known is None:
                    return Numbers(members.sums(values), None)
                known = unpack(found.known, rows)
                complete = members.sums(~known) == 0
                return Numbers(members.sums(np.where(known, values, 0)), pack(complete, frame.rows))
            trues = members.sums(unpack(found.true, rows))
            unknowns = None
            if found.unknown is not None:
                unknowns = members.sums(unpack(found.unknown, rows))
            if quantifier == "count":
                return Numbers(trues, None if unknowns is None else pack(unknowns == 0, frame.rows))
            if quantifier == "some":
                true = pack(trues > 0, frame.rows)
                if unknowns is None:
                    return Bits(true, None)
                return Bits(true, pack(unknowns > 0, frame.rows) & ~true)
            counts = np.diff(members.bounds)
            true = pack(trues == counts, frame.rows)
            if unknowns is None:
                return Bits(true, None)
            return Bits(true, pack(trues + unknowns == counts, frame.rows) & ~true)

        return of_members


def _simple(frame: Frame, name: str) -> Column:
    column = frame.column(name)
    if not isinstance(column, Column):
        raise TypeError(f"fact {name} is a set")
    return column


def _set(frame: Frame, name: str) -> SetColumn:
    column = frame.column(name)
    if not isinstance(column, SetColumn):
        raise TypeError(f"fact {name} is no set")
    return column


def _held(frame: Frame, name: str, number: int, mask: int) -> Words:
    """Bitmap of the rows that hold any word of `mask`.

    Works on single bytes of the set's words, laid out once a frame: an eighth of the memory to scan.
    """
    parts = [
        _byte(frame, name, number, byte) & np.uint8(mask >> 8 * byte & 0xFF)
        for byte in range(BITS_IN_WORD // 8)
        if mask >> 8 * byte & 0xFF
    ]
    return pack(reduce(np.bitwise_or, parts), frame.rows)


def _byte(frame: Frame, name: str, number: int, byte: int) -> NDArray[np.uint8]:
    place = (name, number, byte)
    found = frame.results.get(place)
    if found is None:
        held = np.ascontiguousarray(_set(frame, name).held[number])
        found = frame.results[place] = np.ascontiguousarray(held.view(np.uint8)[byte::8])
    flags: NDArray[np.uint8] = found
    return flags


def _all_known(frame: Frame, name: str, number: int) -> np.uint64:
    """Bits of one word of a set that are known of every row."""
    place = (name, number)
    found = frame.results.get(place)
    if found is None:
        known = _set(frame, name).known[number]
        found = frame.results[place] = np.bitwise_and.reduce(known) if len(known) else ~np.uint64(0)
    return np.uint64(found)


def _bits(flags: NDArray[np.bool_], known: Words | None, frame: Frame) -> Bits:
    true = pack(np.asarray(flags), frame.rows)
    if known is None:
        return Bits(true, None)
    return Bits(true & known, frame.valid & ~known)


def _wide(numbers: Numbers) -> NDArray[np.int64]:
    return numbers.values.astype(np.int64, copy=False)


def _combined(operands: list[Numbers], operation: Callable[[Any, Any], Any]) -> Numbers:
    values: Any = _wide(operands[0])
    known = operands[0].known
    for other in operands[1:]:
        values = operation(values, _wide(other))
        known = joined(known, other.known)
    return Numbers(np.asarray(values), known)


def _share(amount: Any, rate: Any) -> Any:
    # Whole millions apart, so that no product leaves 64 bits.
    whole, rest = np.divmod(amount, PPM)
    return whole * rate + rest * rate // PPM


def _half_up(numerator: Any, denominator: Any) -> Any:
    whole, rest = np.divmod(numerator, denominator)
    return whole + (rest >= denominator - rest)


def _divided(
    operands: list[Numbers], frame: Frame, operation: Callable[[Any, Any], Any]
) -> Numbers:
    numerator, denominator = operands
    below = _wide(denominator)
    known = joined(numerator.known, denominator.known)
    zero = below <= 0
    if zero.any():
        known = joined(known, pack(~zero, frame.rows))
        below = np.where(zero, 1, below)
    return Numbers(np.asarray(operation(_wide(numerator), below)), known)


def _known_rows(found: Bits | Numbers, frame: Frame) -> Words:
    if isinstance(found, Bits):
        return frame.valid if found.unknown is None else frame.valid & ~found.unknown
    return frame.valid if found.known is None else found.known


def _known_or(operands: list[Any], frame: Frame) -> Bits | Numbers:
    value, default = operands
    known = _known_rows(value, frame)
    if isinstance(value, Bits):
        unknown = None if default.unknown is None else default.unknown & ~known
        return Bits(value.true | (default.true & ~known), unknown)
    chosen = np.where(unpack(known, frame.rows), _wide(value), _wide(default))
    return Numbers(chosen, None if default.known is None else known | default.known)


def _chosen_bits(conditions: list[Bits], values: list[Bits], frame: Frame) -> Bits:
    left = frame.valid
    true = np.zeros_like(left)
    unknown = np.zeros_like(left)
    for condition, value in zip(conditions, values, strict=False):
        here = left & condition.true
        true = true | (here & value.true)
        if value.unknown is not None:
            unknown = unknown | (here & value.unknown)
        if condition.unknown is not None:
            unknown = unknown | (left & condition.unknown)
            left = left & ~condition.unknown
        left = left & ~condition.true
    true = true | (left & values[-1].true)
    if values[-1].unknown is not None:
        unknown = unknown | (left & values[-1].unknown)
    return Bits(true, unknown if unknown.any() else None)


def _chosen_numbers(conditions: list[Bits], values: list[Numbers], frame: Frame) -> Numbers:
    left = frame.valid
    unknown = np.zeros_like(left)
    chosen = np.broadcast_to(_wide(values[-1]), frame.rows)
    parts: list[tuple[Words, Numbers]] = []
    for condition, value in zip(conditions, values, strict=False):
        parts.append((left & condition.true, value))
        if condition.unknown is not None:
            unknown = unknown | (left & condition.unknown)
            left = left & ~condition.unknown
        left = left & ~condition.true
    parts.append((left, values[-1]))
    for here, value in parts[:-1]:
        chosen = np.where(unpack(here, frame.rows), _wide(value), chosen)
    for here, value in parts:
        if value.known is not None:
            unknown = unknown | (here & ~value.known)
    return Numbers(chosen, frame.valid & ~unknown if unknown.any() else None)
