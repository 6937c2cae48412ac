"""The meaning of rules for one record: an expression becomes a Python function of a row.

Here: each operation of `expressions` on one value, exactly as polars has it: null for null, logic of
three values, the regular expressions of Rust. Never here: a rule. Next: `record` runs the rules.

`regex` has the Unicode classes that Rust's regular expressions have; a test compares them letter by
letter. It goes back where Rust does not, so every search has a time limit.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import polars as pl
import regex

from hub.identity.standard.expressions import Expression, Row

Function = Callable[[Row], Any]
_MOST_SECONDS = 0.02
"""Of one search: a thousand times what it usually takes."""
_WHITE_SPACE = "".join(
    chr(code) for code in (*range(0x09, 0x0E), 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B),
                           0x2028, 0x2029, 0x202F, 0x205F, 0x3000)
)  # fmt: skip
_GREATEST_INT32 = 2**31 - 1
# Letters that got a capital in Unicode 16; Python 3.11 has Unicode 14, and polars a later one.
_NEWER_CAPITALS = frozenset("\u019b\u0264\ua7d3\ua7d5")
_TOKEN = regex.compile(r"\\x\{(?P<code>[0-9A-F]+)\}|\\.|\[(?:\\.|[^\]\\])*\]|(?P<end>\$)")
_CODE = regex.compile(r"\\x\{([0-9A-F]+)\}")


def is_readable(text: str) -> bool:
    """Return whether this Python knows every letter of `text` as polars does."""
    return text.isascii() or not any(
        letter in _NEWER_CAPITALS or unicodedata.category(letter) in ("Cn", "Cs") for letter in text
    )


@cache
def one_pattern(pattern: str) -> regex.Pattern[str]:
    """Return a regular expression of Rust compiled for one text."""

    def translated(token: regex.Match[str]) -> str:
        if token["end"]:
            return r"\Z"
        return _CODE.sub(lambda code: f"\\U{int(code[1], 16):08x}", token[0])

    return regex.compile(_TOKEN.sub(translated, pattern))


def _replacement(value: str) -> str:
    return regex.sub(r"\$\{?([0-9]+)\}?", r"\\g<\1>", value.replace("\\", r"\\"))


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
        return _of_values(_VALUES[name], operands, one.operands)
    prepared = _PREPARED[name](*rest, **options) if name in _PREPARED else None
    if prepared is None:
        function = _VALUES[name]
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


def _replace(table: Mapping[str, str | None]) -> Callable[[str], str | None]:
    return lambda value: table.get(value, value)


def _replace_text(count: int) -> Callable[[str, str], Callable[[str], str]]:
    def prepare(pattern: str, value: str) -> Callable[[str], str]:
        compiled, by = one_pattern(pattern), _replacement(value)
        return lambda text: compiled.sub(by, text, count=count, timeout=_MOST_SECONDS)

    return prepare


def _replace_many(table: Mapping[str, str], *, leftmost: bool) -> Callable[[str], str]:
    if not leftmost:
        letters = str.maketrans(dict(table))
        return lambda text: text.translate(letters)
    parts = regex.compile("|".join(map(regex.escape, table)))
    return lambda text: parts.sub(lambda part: table[part[0]], text)


def _contains(pattern: str, *, literal: bool) -> Callable[[str], bool]:
    if literal:
        return lambda text: pattern in text
    compiled = one_pattern(pattern)
    return lambda text: compiled.search(text, timeout=_MOST_SECONDS) is not None


def _extract(pattern: str, group: int) -> Callable[[str], str | None]:
    compiled = one_pattern(pattern)

    def extracted(text: str) -> str | None:
        found = compiled.search(text, timeout=_MOST_SECONDS)
        return found[group] if found else None

    return extracted


def _extract_all(pattern: str) -> Callable[[str], list[str]]:
    compiled = one_pattern(pattern)
    return lambda text: [found[0] for found in compiled.finditer(text, timeout=_MOST_SECONDS)]


def _cast(kind: type[pl.DataType], *, strict: bool) -> Callable[[Any], Any]:
    if kind == pl.String:
        return str
    if kind != pl.Int32 or strict:
        message = f"cast to {kind}: has no meaning for one record"
        raise NotImplementedError(message)
    return lambda digits: number if (number := int(digits)) <= _GREATEST_INT32 else None


def _slice(text: Any, start: int, length: int | None = None) -> Any:
    return text[start:] if length is None else text[start : start + length]


def _get(place: int, *, null_on_oob: bool) -> Callable[[list[str]], str | None]:
    del null_on_oob
    return lambda values: values[place] if place < len(values) else None


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

_PREPARED: Mapping[str, Callable[..., Callable[[Any], Any]]] = {
    "cast": _cast,
    "is_in": lambda values: frozenset(values).__contains__,
    "replace": _replace,
    "replace_strict": lambda table, **_options: table.get,
    "str.contains": _contains,
    "str.extract": _extract,
    "str.extract_all": _extract_all,
    "str.replace": _replace_text(1),
    "str.replace_all": _replace_text(0),
    "str.replace_many": _replace_many,
    "str.count_matches": lambda part, *, literal: lambda text: text.count(part),  # noqa: ARG005
    "list.get": _get,
}
"""Operations whose constants are made ready once: from constants to a function of a value."""

_VALUES: Mapping[str, Callable[..., Any]] = {
    "__eq__": lambda one, two: one == two,
    "__lt__": lambda one, two: one < two,
    "__le__": lambda one, two: one <= two,
    "__gt__": lambda one, two: one > two,
    "__ge__": lambda one, two: one >= two,
    "__add__": lambda one, two: one + two,
    "__sub__": lambda one, two: one - two,
    "__invert__": lambda one: not one,
    "is_between": lambda one, least, most: least <= one <= most,
    "str.contains": lambda text, part: part in text,
    "str.ends_with": str.endswith,
    "str.len_chars": len,
    "str.normalize": lambda text, form: unicodedata.normalize(form, text),
    "str.slice": _slice,
    "str.split": str.split,
    "str.starts_with": str.startswith,
    "str.strip_chars": lambda text, letters=None: text.strip(letters or _WHITE_SPACE),
    "str.strip_chars_start": str.lstrip,
    "str.strip_prefix": str.removeprefix,
    "str.to_lowercase": str.lower,
    "str.to_uppercase": str.upper,
    "str.zfill": str.zfill,
    "list.first": lambda values: values[0] if values else None,
    "list.join": lambda values, separator: separator.join(values),
    "list.last": lambda values: values[-1] if values else None,
    "list.len": len,
    "list.slice": _slice,
    "list.sort": sorted,
    "list.unique": lambda values: list(set(values)),
}
"""Operations on values that are not null."""
