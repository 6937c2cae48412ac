"""Where each field of a TOML file stands, so that a mistake can be named by line and column.

Here: finding fields. Never here: values (`tomllib` reads them). Next: the readers of facts and
programmes add these places to what is wrong.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_HEADER = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.\-]+)\s*\]\]?")
_FIELD = re.compile(r"^\s*([A-Za-z0-9_\-]+)\s*=\s*")
_QUOTES = ('"""', "'''", '"', "'")
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a file; lines and columns start at 1."""

    line: int
    column: int


def field_positions(text: str) -> dict[Path, Position]:
    """Return path of a table or field → where its value begins.

    A string begins after its quotation marks; a text of many lines on the line after them, as TOML
    reads it. The path of a field in the third `[[condition]]` is ("condition", 2, its name).
    """
    found: dict[Path, Position] = {}
    table: Path = ()
    numbers: dict[str, int] = {}
    closing, depth = "", 0
    for number, line in enumerate(text.splitlines(), start=1):
        start = 0
        if not closing and depth == 0:
            if header := _HEADER.match(line):
                name = header[2]
                table = (name,)
                if header[1] == "[[":
                    numbers[name] = numbers.get(name, -1) + 1
                    table = (name, numbers[name])
                found[table] = Position(number, header.start(1) + 1)
                continue
            if field := _FIELD.match(line):
                found[(*table, field[1])] = _value_position(line, field.end(), number)
                start = field.end()
        closing, depth = _state_after(line, start, closing, depth)
    return found


def _value_position(line: str, start: int, number: int) -> Position:
    for quotes in _QUOTES:
        if line.startswith(quotes, start):
            if len(quotes) == 3 and not line[start + 3 :].strip():
                return Position(number + 1, 1)
            return Position(number, start + len(quotes) + 1)
    return Position(number, start + 1)


def _state_after(line: str, start: int, closing: str, depth: int) -> tuple[str, int]:
    """Return the open quotation of many lines, and how many brackets are open, after `line`."""
    place = start
    while place < len(line):
        if closing:
            end = line.find(closing, place)
            if end < 0:
                return (closing, depth) if len(closing) == 3 else ("", depth)
            place, closing = end + len(closing), ""
            continue
        quotes = next((each for each in _QUOTES if line.startswith(each, place)), "")
        if quotes:
            closing, place = quotes, place + len(quotes)
            continue
        character = line[place]
        if character == "#":
            break
        depth += (character in "[{") - (character in "]}")
        place += 1
    return (closing if len(closing) == 3 else "", max(depth, 0))
