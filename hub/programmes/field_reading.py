"""Fields of one programme's file, each problem with its line and column.

Here: texts, spans and expressions, and gathering what is wrong with them. Never here: which fields a
programme has (`hub.programmes.reading`) or the expression language (`language`). Next:
`hub.programmes.reading` reads a whole programme with it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from hub.programmes.language.parsing import ExpressionParser
from hub.programmes.language.problems import Problem
from hub.programmes.language.toml_positions import Path as FieldPath
from hub.programmes.language.toml_positions import Position
from hub.programmes.language.tree import Node
from hub.programmes.programme import Span


class FieldReader:
    """Reads fields of the file `name`; problems gather in `problems`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.problems: list[Problem] = []
        self.positions: Mapping[FieldPath, Position] = {}

    def wrong(self, place: FieldPath, what: str, remedy: str) -> None:
        """Add a problem at a field, or at the nearest table around it."""
        for length in range(len(place), 0, -1):
            if found := self.positions.get(place[:length]):
                self.problems.append(Problem(self.name, found.line, found.column, what, remedy))
                return
        self.problems.append(Problem(self.name, 1, 1, what, remedy))

    def no_other(self, entry: Mapping[str, Any], place: FieldPath, known: set[str]) -> None:
        """Add a problem for each field of `entry` that is not `known`."""
        for field in sorted(set(entry) - known):
            self.wrong((*place, field), f"there is no field {field}", "take it out")

    def text(self, entry: Mapping[str, Any], place: FieldPath) -> str:
        """Return the text of the field that ends `place`; empty, with a problem, where there is none."""
        value = entry.get(str(place[-1]))
        if isinstance(value, str) and value.strip():
            return value.strip()
        what = "absent" if value is None else "no text"
        self.wrong(place, f"{place[-1]} is {what}", "write a text")
        return ""

    def expression(
        self, parser: ExpressionParser, text: Any, place: FieldPath, *, boolean: bool
    ) -> Node | None:
        """Return the expression of a field, read; None, with a problem, where it cannot be."""
        if not isinstance(text, str) or not text.strip():
            self.wrong(place, f"{place[-1]} is no text", "write an expression")
            return None
        found = parser.parse(
            text, self.name, self.positions.get(place, Position(1, 1)), boolean=boolean
        )
        if isinstance(found, Problem):
            self.problems.append(found)
            return None
        return found

    def span(self, entry: Mapping[str, Any], place: FieldPath, first: str, last: str) -> Span:
        """Return the days of two fields of `entry`, either of which may be open."""
        days: list[dt.date | None] = []
        for field in (first, last):
            day = entry.get(field)
            if day is not None and (not isinstance(day, dt.date) or isinstance(day, dt.datetime)):
                self.wrong((*place, field), f"{field} is no date", "write it as 2020-01-31")
                day = None
            days.append(day)
        if days[0] and days[1] and days[1] < days[0]:
            self.wrong((*place, last), f"{last} lies before {first}", "turn them round")
        return Span(days[0], days[1])
