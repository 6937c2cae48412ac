"""Functions of the language: what each takes, and the node that it makes.

Here: one function of the language a function. Never here: reading other expressions (`parsing`), the rules
of types and units (`checking`). Next: `parsing` looks a call up in `FUNCTIONS`; docs/programme-language.md
says what each means.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Protocol, cast

from hub.programmes.language import tree
from hub.programmes.language.checking import (
    ExpressionError,
    arithmetic,
    choice,
    extreme,
    known_or,
    rounded,
    share,
)
from hub.programmes.language.vocabulary import COUNT

_MOST_MEMBERS = 1_000


class Operands(Protocol):
    """Reads what a function is given."""

    scope: str
    """`person` or `household`."""
    of_members: bool
    """Whether what is read is about each member of a household."""

    def node(self, node: ast.expr) -> tree.Node:
        """Read anything."""
        ...

    def condition(self, node: ast.expr) -> tree.Node:
        """Read what is true or false."""
        ...

    def number(self, node: ast.expr) -> tree.Node:
        """Read a number."""
        ...

    def set_of(self, operand: ast.expr) -> tree.Node:
        """Read a set."""
        ...

    def set_test(self, operand: ast.expr, words: tuple[ast.expr, ...], text: str) -> tree.Node:
        """Ask whether a set holds one of some words."""
        ...


def _arguments(call: ast.Call, least: int, most: int | None = None) -> list[ast.expr]:
    name = ast.unparse(call.func)
    if len(call.args) < least or (most is not None and len(call.args) > most):
        wanted = str(least) if most == least else f"{least} or more"
        raise ExpressionError(f"{name} has {len(call.args)} values", f"give it {wanted}")
    return call.args


def _choose(parser: Operands, call: ast.Call, text: str) -> tree.Node:
    given = _arguments(call, 3)
    if len(given) % 2 == 0:
        raise ExpressionError(
            "choose has no last value", "write choose(condition, value, …, otherwise)"
        )
    conditions = tuple(parser.condition(each) for each in given[0:-1:2])
    values = tuple(parser.node(each) for each in (*given[1:-1:2], given[-1]))
    return choice(conditions, values, text)


def _extreme(parser: Operands, call: ast.Call, text: str) -> tree.Node:
    operands = tuple(parser.number(each) for each in _arguments(call, 2))
    return extreme(
        "least" if cast("ast.Name", call.func).id == "least" else "greatest", operands, text
    )


def _floor(parser: Operands, call: ast.Call, text: str) -> tree.Node:
    operands = [parser.number(each) for each in _arguments(call, 1, 2)]
    if len(operands) == 1:
        return operands[0]
    return arithmetic("//", operands[0], operands[1], text)


def _floor_ten(parser: Operands, call: ast.Call, text: str) -> tree.Node:
    return rounded(parser.number(_arguments(call, 1, 1)[0]), text)


def _half_up(parser: Operands, call: ast.Call, text: str) -> tree.Node:
    first, second = (parser.number(each) for each in _arguments(call, 2, 2))
    divided = arithmetic("//", first, second, text)
    return tree.HalfUp(
        numerator=first,
        denominator=second,
        type=divided.type,
        text=text,
        lowest=divided.lowest,
        highest=divided.highest + 1,
    )


def _share(parser: Operands, call: ast.Call, text: str) -> tree.Node:
    amount, rate = (parser.number(each) for each in _arguments(call, 2, 2))
    return share(amount, rate, text)


def _is_known(parser: Operands, call: ast.Call, text: str) -> tree.Node:
    operand = parser.node(_arguments(call, 1, 1)[0])
    if operand.type.family == "set":
        raise ExpressionError("a set is known word by word", "ask is_known('word' in set)")
    return tree.IsKnown(operand=operand, text=text)


def _known_or(parser: Operands, call: ast.Call, text: str) -> tree.Node:
    first, second = (parser.node(each) for each in _arguments(call, 2, 2))
    return known_or(first, second, text)


def _any_of(parser: Operands, call: ast.Call, text: str) -> tree.Node:
    given = _arguments(call, 2)
    return parser.set_test(given[0], tuple(given[1:]), text)


def _is_empty(parser: Operands, call: ast.Call, text: str) -> tree.Node:
    return tree.IsEmpty(operand=parser.set_of(_arguments(call, 1, 1)[0]), text=text)


def _receives(parser: Operands, call: ast.Call, text: str) -> tree.Node:
    own = parser.scope == "person" or parser.of_members
    receipts = ast.Name("receipts" if own else "unit_receipts")
    ast.copy_location(receipts, call)
    return parser.set_test(receipts, tuple(_arguments(call, 1)), text)


def _members(parser: Operands, call: ast.Call, text: str) -> tree.Node:
    name = cast("ast.Name", call.func).id
    if parser.scope != "household" or parser.of_members:
        raise ExpressionError(
            f"{name} asks the members of a household",
            "use it in programmes of a household, and not inside another",
        )
    operand = _arguments(call, 1, 1)[0]
    parser.of_members = True
    try:
        read = parser.number(operand) if name == "sum_members" else parser.condition(operand)
    finally:
        parser.of_members = False
    quantifier = cast("tree.Quantifier", name.split("_", maxsplit=1)[0])
    if quantifier == "sum":
        lowest, highest = min(read.lowest, 0), max(read.highest, 0)
        return tree.Members(
            quantifier=quantifier,
            operand=read,
            text=text,
            type=read.type,
            lowest=lowest * _MOST_MEMBERS,
            highest=highest * _MOST_MEMBERS,
        )
    if quantifier == "count":
        return tree.Members(
            quantifier=quantifier, operand=read, text=text, type=COUNT, highest=_MOST_MEMBERS
        )
    return tree.Members(quantifier=quantifier, operand=read, text=text)


FUNCTIONS: Mapping[str, Callable[[Operands, ast.Call, str], tree.Node]] = {
    "choose": _choose,
    "least": _extreme,
    "greatest": _extreme,
    "floor_won": _floor,
    "floor_ten_won": _floor_ten,
    "half_up_won": _half_up,
    "share": _share,
    "is_known": _is_known,
    "known_or": _known_or,
    "any_of": _any_of,
    "is_empty": _is_empty,
    "receives": _receives,
    "some_member": _members,
    "every_member": _members,
    "count_members": _members,
    "sum_members": _members,
}
"""Name → what reads a call of it.

Each raises `ExpressionError` where it is given what it cannot take.
"""
