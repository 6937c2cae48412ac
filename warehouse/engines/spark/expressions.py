"""Small words about sqlglot's expressions that the rewrites share.

Here: building calls, asking for types. Never here: a rewrite. Next: `rewrites`, `date_rewrites`.
"""

from __future__ import annotations

from typing import TypeVar

from sqlglot import exp

from hub.expected_error import ExpectedError

Node = TypeVar("Node", bound=exp.Expr)


class UntranslatableError(ExpectedError):
    """A statement that cannot be said on Spark; the message names what."""


def call(name: str, *operands: exp.Expr) -> exp.Anonymous:
    """Return a call of Spark's function `name`, which sqlglot leaves as it stands."""
    return exp.Anonymous(this=name, expressions=list(operands))


def typed(node: Node, kind: exp.DataType | None) -> Node:
    """Return `node`, known to be of a type; the expressions around it ask."""
    if kind is not None:
        node.type = kind
    return node


def is_of(node: exp.Expr, *kinds: exp.DType) -> bool:
    """Whether the type of `node` is known and one of `kinds`."""
    return node.type is not None and bool(node.type.is_type(*kinds))


def is_integer(kind: exp.DataType | None) -> bool:
    """Whether a type holds whole numbers only."""
    return kind is not None and kind.this in exp.DataType.INTEGER_TYPES


def is_fraction(kind: exp.DataType | None) -> bool:
    """Whether a type holds fractions."""
    if kind is None:
        return False
    return kind.this in {exp.DType.DOUBLE, exp.DType.FLOAT, exp.DType.DECIMAL}
