"""The meaning of rules for one record: an expression becomes a Python function of a row.

Here: how operands are asked for, null for null, logic of three values, what is computed once.
Never here: a rule, or an operation on a value that is not null (`one_value`). Next: `steps`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hub.identity.standard.expressions import Expression
from hub.identity.standard.one_value import PREPARED, VALUES

Row = dict[str, Any]
"""One record: column to value, None for null."""
Function = Callable[[Row], Any]


def as_function(columns: Mapping[str, Expression]) -> Callable[[Row], Row]:
    """Return a function from a row to the columns that `columns` makes of it."""
    uses: Counter[int] = Counter()

    def count(one: Expression) -> None:
        uses[id(one)] += 1
        if uses[id(one)] == 1:
            for operand in one.operands:
                if isinstance(operand, Expression):
                    count(operand)

    for expression in columns.values():
        count(expression)
    made: dict[int, Function] = {}

    def make(one: Expression) -> Function:
        if id(one) not in made:
            operands = [
                make(each) if isinstance(each, Expression) else each for each in one.operands
            ]
            function = _function(one, operands)
            if uses[id(one)] > 1 and one.operation not in ("col", "lit"):
                function = _once(function, f"{one.operation} {len(made)}")
            made[id(one)] = function
        return made[id(one)]

    functions = [(name, make(expression)) for name, expression in columns.items()]

    def run(row: Row) -> Row:
        # What several columns need lies beside the columns until the stage is done.
        known = dict(row)
        return {name: function(known) for name, function in functions}

    return run


def _once(function: Function, place: str) -> Function:
    def known(row: Row) -> Any:
        if place not in row:
            row[place] = function(row)
        return row[place]

    return known


def _function(one: Expression, operands: Sequence[Any]) -> Function:
    """Return one operation as a function of a row; operands that are functions are asked for values."""
    name, options = one.operation, one.options
    if name == "col":
        (column,) = operands
        return lambda row: row[column]
    if name == "lit":
        value = operands[0]
        return lambda _row: value
    if name in _SPECIAL:
        return _SPECIAL[name](*operands, **options)
    subject, *rest = operands
    if any(callable(operand) and isinstance(given, Expression)
           for operand, given in zip(rest, one.operands[1:], strict=True)):  # fmt: skip
        return _of_values(VALUES[name], operands, one.operands)
    prepared = PREPARED[name](*rest, **options) if name in PREPARED else None
    if prepared is None:
        function = VALUES[name]
        prepared = lambda value: function(value, *rest)  # noqa: E731

    def on_value(row: Row) -> Any:
        value = subject(row)
        return None if value is None else prepared(value)

    return on_value


def _of_values(
    function: Callable[..., Any], operands: Sequence[Any], given: Sequence[object]
) -> Function:
    asked = [
        operand if isinstance(one, Expression) else (lambda _row, constant=operand: constant)
        for operand, one in zip(operands, given, strict=True)
    ]
    may_be_null = [not isinstance(one, Expression) for one in given]

    def on_values(row: Row) -> Any:
        values = [ask(row) for ask in asked]
        if any(value is None and not may for value, may in zip(values, may_be_null, strict=True)):
            return None
        return function(*values)

    return on_values


def _when(*parts: Function) -> Function:
    pairs = list(zip(parts[::2], parts[1::2], strict=False))
    last = parts[-1] if len(parts) % 2 else lambda _row: None

    def chosen(row: Row) -> Any:
        for condition, value in pairs:
            if condition(row):
                return value(row)
        return last(row)

    return chosen


def _coalesce(*parts: Function) -> Function:
    def first(row: Row) -> Any:
        for part in parts:
            value = part(row)
            if value is not None:
                return value
        return None

    return first


def _concat(*parts: Function, separator: str, ignore_nulls: bool) -> Function:
    def joined(row: Row) -> str | None:
        values = [part(row) for part in parts]
        if ignore_nulls:
            return separator.join(value for value in values if value is not None)
        return None if None in values else separator.join(values)

    return joined


def _concat_list(*parts: Function) -> Function:
    def joined(row: Row) -> list[str] | None:
        values = [part(row) for part in parts]
        return None if None in values else [one for value in values for one in value]

    return joined


def _all(*parts: Function) -> Function:
    def both(row: Row) -> bool | None:
        known: bool | None = True
        for part in parts:
            value = part(row)
            if value is None:
                known = None
            elif not value:
                return False
        return known

    return both


def _any(*parts: Function) -> Function:
    def either(row: Row) -> bool | None:
        known: bool | None = False
        for part in parts:
            value = part(row)
            if value is None:
                known = None
            elif value:
                return True
        return known

    return either


def _greatest(*parts: Function | int) -> Function:
    def greatest(row: Row) -> Any:
        values = [part(row) if callable(part) else part for part in parts]
        return max((value for value in values if value is not None), default=None)

    return greatest


_SPECIAL: Mapping[str, Callable[..., Function]] = {
    "when": _when,
    "coalesce": _coalesce,
    "concat_str": _concat,
    "concat_list": _concat_list,
    "max_horizontal": _greatest,
    "any_horizontal": _any,
    "all_horizontal": _all,
    "__or__": _any,
    "__and__": _all,
    "is_null": lambda subject: lambda row: subject(row) is None,
    "is_not_null": lambda subject: lambda row: subject(row) is not None,
    "fill_null": lambda subject, value: (
        lambda row: value if (known := subject(row)) is None else known
    ),
}
"""Operations for which null is more than null: functions of their operands' functions."""
