"""Saved questions to a release: reviewed SQL with a title, an explanation and parameters.

Here: reading them and setting their parameters. Never here: asking (`warehouse.mart`, the gateway).
Next: `hub query --saved NAME --set parameter=value`.

A file begins with comments that say what it is for:

    -- title: Payments after a registered death
    -- title_ko: 사망 등록 후 지급
    -- explains: Payments of months that begin after the recipient's registered death.
    -- set month (month): the month that was paid
    -- set rule (code) = D01: the rule

A parameter stands in the SQL as `$name`. Its value must fit its kind, so that it can only ever be
a value: `month` (2026-03), `date`, `integer`, `code` (letters, digits and - . : _).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent
_FACT = re.compile(r"^-- (title|title_ko|explains): (.+)$", re.MULTILINE)
_PARAMETER = re.compile(r"^-- set (\w+) \((\w+)\)(?: = (\S+))?: (.+)$", re.MULTILINE)
_CODE = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}\Z")
_INTEGER = re.compile(r"^-?\d{1,18}\Z", re.ASCII)


class SavedQueryError(ValueError):
    """No such question, or a value that does not fit; the message says which there are."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """What has to be set before the question can be asked."""

    name: str
    kind: str
    """`month`, `date`, `integer` or `code`."""
    default: str | None
    meaning: str

    def literal(self, value: str) -> str:
        """Return the value as SQL.

        Raises:
            SavedQueryError: the value is not of the kind.
        """
        try:
            if self.kind in {"month", "date"}:
                day = dt.date.fromisoformat(f"{value}-01" if self.kind == "month" else value)
                return f"DATE '{day}'"
        except ValueError:
            pass
        else:
            if self.kind == "integer" and _INTEGER.match(value):
                return value
            if self.kind == "code" and _CODE.match(value):
                return f"'{value}'"
        message = f"{self.name}: not a {self.kind}; it is {self.meaning}"
        raise SavedQueryError(message)


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """One reviewed question."""

    name: str
    title: str
    title_ko: str
    explains: str
    parameters: tuple[Parameter, ...]
    sql: str

    def statement(self, values: Mapping[str, str]) -> str:
        """Return the SQL with the parameters set.

        Raises:
            SavedQueryError: a parameter is missing, unknown, or its value does not fit.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        unknown = sorted(set(values) - set(known))
        if unknown:
            named = ", ".join(known) or "no parameters"
            message = f"{self.name} has no parameter {', '.join(unknown)}; it has {named}"
            raise SavedQueryError(message)
        literals = {}
        for name, parameter in known.items():
            value = values.get(name, parameter.default)
            if value is None:
                message = f"{self.name} needs --set {name}=…: {parameter.meaning}"
                raise SavedQueryError(message)
            literals[name] = parameter.literal(value)
        return re.sub(r"\$(\w+)", lambda found: literals[found[1]], self.sql)


@cache
def saved_queries() -> Mapping[str, SavedQuery]:
    """Return all saved questions by name."""
    return {path.stem: _read(path) for path in sorted(_FOLDER.glob("*.sql"))}


def saved_query(name: str) -> SavedQuery:
    """Return one saved question.

    Raises:
        SavedQueryError: there is none of this name.
    """
    if name not in saved_queries():
        message = f"no saved query {name}; `hub query --list-saved` shows those there are"
        raise SavedQueryError(message)
    return saved_queries()[name]


def _read(path: Path) -> SavedQuery:
    text = path.read_text("utf-8")
    facts = dict(_FACT.findall(text))
    return SavedQuery(
        name=path.stem,
        title=facts["title"],
        title_ko=facts["title_ko"],
        explains=facts["explains"],
        parameters=tuple(
            Parameter(name, kind, default or None, meaning)
            for name, kind, default, meaning in _PARAMETER.findall(text)
        ),
        sql="\n".join(line for line in text.splitlines() if not line.startswith("--")).strip(),
    )
