"""Rules of types, units and sizes: which values may meet, and what comes of it.

Here: making typed nodes, or refusing. Never here: syntax (`parsing`). Next: the parser builds its
trees with these.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from hub.programmes.language import tree
from hub.programmes.language.vocabulary import LARGEST_INTEGER, PLAIN, ValueType
from hub.programmes.parameters import ParameterValue

PPM = 1_000_000
_MONEY_PER = {"won_per_month": "months", "won_per_year": "years"}
"""Flow → how many of what it is multiplied by to give won."""


class ExpressionError(Exception):
    """An expression is wrong at a line and column of its own text (0: not yet placed)."""

    def __init__(self, wrong: str, remedy: str, line: int = 0, column: int = 0) -> None:
        self.wrong, self.remedy, self.line, self.column = wrong, remedy, line, column
        super().__init__(wrong)


@dataclass(frozen=True, slots=True)
class ParameterShape:
    """What an expression must know of a parameter: unit, keys of any day, bounds of any day."""

    unit: str
    keys: frozenset[str]
    """`all` where it has no dimension; the keys of several dimensions are joined by `_`."""
    lowest: int
    highest: int


def parameter_shapes(values: Iterable[ParameterValue]) -> dict[str, ParameterShape]:
    """Return name → shape of the parameters that have `values`."""
    shapes: dict[str, ParameterShape] = {}
    for value in values:
        known = shapes.get(value.parameter)
        shapes[value.parameter] = ParameterShape(
            unit=value.unit,
            keys=frozenset({value.key}) | (known.keys if known else frozenset()),
            lowest=min(value.amount, known.lowest if known else value.amount),
            highest=max(value.amount, known.highest if known else value.amount),
        )
    return shapes


def _bounded(lowest: int, highest: int) -> tuple[int, int]:
    if lowest < -LARGEST_INTEGER or highest > LARGEST_INTEGER:
        raise ExpressionError(
            "the result could leave 64 bits", "divide before multiplying, or use share(amount, ppm)"
        )
    return lowest, highest


def number(value: int, text: str) -> tree.Number:
    """Return a whole number."""
    _bounded(value, value)
    return tree.Number(value=value, type=PLAIN, text=text, lowest=value, highest=value)


def negative(operand: tree.Node, text: str) -> tree.Node:
    """Return minus a number."""
    if isinstance(operand, tree.Number):
        return number(-operand.value, text)
    return arithmetic("-", number(0, "0"), operand, text)


def _common(operands: Iterable[tree.Node]) -> ValueType:
    """Return the one type of `operands`; plain numbers take that of the others."""
    found = PLAIN
    for operand in operands:
        if operand.type.family == "number" and not operand.type.unit:
            continue
        if found not in {PLAIN, operand.type}:
            raise ExpressionError(
                f"{found} meets {operand.type} in {operand.text}",
                "bring both to one unit, or compare other facts",
            )
        found = operand.type
    return found


def arithmetic(
    operator: tree.Operator, left: tree.Node, right: tree.Node, text: str
) -> tree.Arithmetic:
    """Return a sum, difference, product or whole quotient."""
    a, b, c, d = left.lowest, left.highest, right.lowest, right.highest
    if operator in {"+", "-"}:
        kind = _common((left, right))
        lowest, highest = (a + c, b + d) if operator == "+" else (a - d, b - c)
    elif operator == "*":
        kind = _product(left.type, right.type)
        corners = (a * c, a * d, b * c, b * d)
        lowest, highest = min(corners), max(corners)
    else:
        if c < 0 or d < 1:
            raise ExpressionError(
                f"{right.text} may be below zero", "divide by a positive number or a count"
            )
        kind = _quotient(left.type, right.type)
        corners = (a // max(c, 1), a // d, b // max(c, 1), b // d)
        lowest, highest = min(corners), max(corners)
    lowest, highest = _bounded(lowest, highest)
    return tree.Arithmetic(
        operator=operator,
        left=left,
        right=right,
        type=kind,
        text=text,
        lowest=lowest,
        highest=highest,
    )


def _product(left: ValueType, right: ValueType) -> ValueType:
    for one, other in ((left, right), (right, left)):
        if one.unit in {"", "count"}:
            return other
        if _MONEY_PER.get(other.unit) == one.unit:
            return ValueType("number", "won")
    if "ppm" in {left.unit, right.unit}:
        raise ExpressionError("a rate times an amount is a share", "write share(amount, rate)")
    raise ExpressionError(f"{left} times {right} means nothing", "multiply by a plain number")


def _quotient(left: ValueType, right: ValueType) -> ValueType:
    if right.unit in {"", "count"}:
        return left
    if left == right:
        return PLAIN
    for flow, span in _MONEY_PER.items():
        if (left.unit, right.unit) == ("won", span):
            return ValueType("number", flow)
    raise ExpressionError(f"{left} divided by {right} means nothing", "divide by a plain number")


def comparison(
    comparator: tree.Comparator, left: tree.Node, right: tree.Node, text: str
) -> tree.Node:
    """Return a comparison of two numbers."""
    for operand in (left, right):
        if operand.type.family != "number":
            raise ExpressionError(
                f"{operand.text} is {operand.type}, not a number",
                "name true or false facts alone, and compare words with 'words'",
            )
    _common((left, right))
    return tree.Comparison(comparator=comparator, left=left, right=right, text=text)


def extreme(
    function: Literal["least", "greatest"], operands: tuple[tree.Node, ...], text: str
) -> tree.Node:
    """Return the least or greatest of numbers of one unit."""
    pick = min if function == "least" else max
    return tree.Extreme(
        function=function,
        operands=operands,
        type=_common(operands),
        text=text,
        lowest=pick(operand.lowest for operand in operands),
        highest=pick(operand.highest for operand in operands),
    )


def share(amount: tree.Node, rate: tree.Node, text: str) -> tree.Node:
    """Return a rate of an amount, rounded down."""
    if rate.type.unit not in {"", "ppm"} or amount.type.unit == "ppm":
        raise ExpressionError(
            f"share takes an amount and a rate, not {amount.type} and {rate.type}",
            "write share(amount, ppm)",
        )
    corners = [
        a * r // PPM for a in (amount.lowest, amount.highest) for r in (rate.lowest, rate.highest)
    ]
    lowest, highest = _bounded(min(corners), max(corners))
    return tree.Share(
        amount=amount, rate=rate, type=amount.type, text=text, lowest=lowest, highest=highest
    )


def rounded(operand: tree.Node, text: str) -> tree.Node:
    """Return an amount rounded down to tens."""
    return tree.FloorTen(
        operand=operand,
        type=operand.type,
        text=text,
        lowest=operand.lowest - 9,
        highest=operand.highest,
    )


def _values_type(values: tuple[tree.Node, ...]) -> ValueType:
    families = {value.type.family for value in values}
    if families == {"boolean"}:
        return values[0].type
    if families == {"number"}:
        return _common(values)
    raise ExpressionError(
        "the values are of different kinds, or words", "give numbers only, or conditions only"
    )


def choice(
    conditions: tuple[tree.Node, ...], values: tuple[tree.Node, ...], text: str
) -> tree.Node:
    """Return the value of the first condition that holds; the last value stands alone."""
    return tree.Choice(
        conditions=conditions,
        values=values[:-1],
        otherwise=values[-1],
        type=_values_type(values),
        text=text,
        lowest=min(value.lowest for value in values),
        highest=max(value.highest for value in values),
    )


def known_or(operand: tree.Node, default: tree.Node, text: str) -> tree.Node:
    """Return a value, or another where it is unknown."""
    return tree.KnownOr(
        operand=operand,
        default=default,
        type=_values_type((operand, default)),
        text=text,
        lowest=min(operand.lowest, default.lowest),
        highest=max(operand.highest, default.highest),
    )


def parameter(
    shapes: Mapping[str, ParameterShape], name: str, keys: tuple[tree.Node, ...], text: str
) -> tree.Node:
    """Return an amount of the law, found by words and numbers."""
    shape = shapes.get(name)
    if shape is None:
        from difflib import get_close_matches

        near = get_close_matches(name, list(shapes), n=1)
        raise ExpressionError(
            f"there is no parameter {name}",
            f"did you mean {near[0]}?" if near else "add it to hub/programmes/parameters",
        )
    if not keys and shape.keys != {"all"}:
        listed = ", ".join(sorted(shape.keys)[:8])
        raise ExpressionError(f"parameter {name} has keys", f"give one in [ ]: {listed}")
    for key in keys:
        if key.type.family == "set" or (
            key.type.family == "boolean" and not isinstance(key, tree.Word)
        ):
            raise ExpressionError(f"{key.text} is no key", "use a word, an enum or a number")
    if all(isinstance(key, (tree.Word, tree.Number)) for key in keys) and keys:
        joined = "_".join(
            str(key.value) for key in keys if isinstance(key, (tree.Word, tree.Number))
        )
        if joined not in shape.keys:
            listed = ", ".join(sorted(shape.keys)[:8])
            raise ExpressionError(f"parameter {name} has no key {joined}", f"use one of {listed}")
    elif keys and not any(_may_be(keys, found) for found in shape.keys):
        listed = ", ".join(sorted(shape.keys)[:8])
        raise ExpressionError(f"parameter {name} has no such keys", f"its keys are {listed}")
    unit = shape.unit if shape.unit != "mixed" else ""
    return tree.Parameter(
        name=name,
        keys=keys,
        type=ValueType("number", unit),
        text=text,
        lowest=shape.lowest,
        highest=shape.highest,
    )


def _may_be(keys: tuple[tree.Node, ...], found: str) -> bool:
    """Whether a joined key can come of `keys`."""
    rest = {found}
    for place, key in enumerate(keys):
        last = place == len(keys) - 1
        words: Iterable[str]
        if isinstance(key, (tree.Word, tree.Number)):
            words = (str(key.value),)
        elif key.type.family == "word":
            words = key.type.words
        else:
            words = {part.split("_", maxsplit=1)[0] for part in rest}
            words = [word for word in words if word.isdigit()]
        rest = {
            part[len(word) :].removeprefix("_")
            for part in rest
            for word in words
            if (part == word if last else part.startswith(f"{word}_"))
        }
        if not rest:
            return False
    return True
