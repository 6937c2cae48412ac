"""Operations on one value, exactly as polars does them on each value of a column.

Here: regular expressions of Rust on one text, and the table of operations. Never here: null, and
operations that look at several values (`one_record`). Next: `one_record`.

`regex` has the Unicode classes that Rust's regular expressions have; a test compares them letter by
letter. It goes back where Rust does not, so every search has a time limit.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import polars as pl
import regex

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


PREPARED: Mapping[str, Callable[..., Callable[[Any], Any]]] = {
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

VALUES: Mapping[str, Callable[..., Any]] = {
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
