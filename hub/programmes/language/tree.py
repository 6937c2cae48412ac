"""Typed trees of expressions: what the parser makes and both back ends read.

Here: the nodes. Never here: how a node is written (parser) or computed (kernel, SQL). Next: the
kernel evaluates each distinct tree once; equal trees compare equal wherever they were written.

Every value is known or unknown. Unknown and false is false, unknown or true is true; anything else
that meets an unknown is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from hub.programmes.language.vocabulary import BOOLEAN, ValueType

Comparator = Literal["<", "<=", ">", ">=", "==", "!="]
Operator = Literal["+", "-", "*", "//"]
Quantifier = Literal["some", "every", "count", "sum"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """What all nodes have."""

    text: str = field(compare=False, default="")
    """The expression as it was written."""
    type: ValueType = BOOLEAN
    lowest: int = field(compare=False, default=0)
    highest: int = field(compare=False, default=0)
    """Numbers: bounds that no row can leave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact(Node):
    """A column of the subject."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Node):
    """A whole number."""

    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth(Node):
    """`true` or `false`."""

    value: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Word(Node):
    """A word, as part of a key of a parameter."""

    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter(Node):
    """An amount of the law on the day; unknown where none is in force or the key has none."""

    name: str
    keys: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arithmetic(Node):
    """Two numbers; `//` rounds towards minus infinity, and dividing by zero is unknown."""

    operator: Operator
    left: Node
    right: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Node):
    """Two numbers compared."""

    comparator: Comparator
    left: Node
    right: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOf(Node):
    """Whether a word is one of `words`."""

    operand: Node
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf(Node):
    """Whether a set holds any of `words`."""

    operand: Node
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IsEmpty(Node):
    """Whether a set holds nothing."""

    operand: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Both(Node):
    """`and`."""

    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Either(Node):
    """`or`."""

    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Negation(Node):
    """`not`."""

    operand: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Node):
    """The value of the first condition that holds; unknown where one before it is unknown."""

    conditions: tuple[Node, ...]
    values: tuple[Node, ...]
    otherwise: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Extreme(Node):
    """`least` or `greatest`."""

    function: Literal["least", "greatest"]
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Share(Node):
    """A rate in parts per million of an amount, rounded down."""

    amount: Node
    rate: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfUp(Node):
    """A quotient rounded to the nearest whole number, halves up."""

    numerator: Node
    denominator: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorTen(Node):
    """An amount rounded down to tens of won."""

    operand: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class IsKnown(Node):
    """Whether a value is known."""

    operand: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownOr(Node):
    """A value, or another where it is unknown."""

    operand: Node
    default: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Members(Node):
    """Over the counted members of the unit: whether some or every one fits, how many, the sum.

    A unit without members: some is false, every is true, count and sum are 0. Count and sum are
    unknown where they are of any member.
    """

    quantifier: Quantifier
    operand: Node


def children(node: Node) -> tuple[Node, ...]:  # noqa: PLR0911  one case a kind of node
    """Return the nodes directly below `node`, in the order of writing."""
    match node:
        case Parameter(keys=keys):
            return keys
        case Arithmetic(left=left, right=right) | Comparison(left=left, right=right):
            return (left, right)
        case Both(operands=operands) | Either(operands=operands) | Extreme(operands=operands):
            return operands
        case Choice(conditions=conditions, values=values, otherwise=otherwise):
            pairs = zip(conditions, values, strict=True)
            return (*(each for pair in pairs for each in pair), otherwise)
        case Share(amount=first, rate=second) | HalfUp(numerator=first, denominator=second):
            return (first, second)
        case KnownOr(operand=first, default=second):
            return (first, second)
        case (
            OneOf(operand=operand)
            | AnyOf(operand=operand)
            | IsEmpty(operand=operand)
            | Negation(operand=operand)
            | FloorTen(operand=operand)
            | IsKnown(operand=operand)
            | Members(operand=operand)
        ):
            return (operand,)
    return ()


def walk(node: Node) -> Iterator[Node]:
    """Yield `node` and everything below it."""
    yield node
    for child in children(node):
        yield from walk(child)


def facts_of(node: Node) -> frozenset[str]:
    """Names of the facts of the subject itself that `node` reads (not those of members)."""
    if isinstance(node, Fact):
        return frozenset({node.name})
    if isinstance(node, Members):
        return frozenset()
    return frozenset().union(*(facts_of(child) for child in children(node)))


def member_facts_of(node: Node) -> frozenset[str]:
    """Names of the facts of members that `node` reads."""
    found = [facts_of(each.operand) for each in walk(node) if isinstance(each, Members)]
    return frozenset().union(*found)
