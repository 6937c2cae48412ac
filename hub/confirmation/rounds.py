"""Which round looks at which day, and which programmes take part in it, read from `rounds.toml`.

Here: reading and checking the calendar, and the frames that SQL joins. Never here: deciding anything.
Next: `pipelines.steps.confirmation` puts the frames on the round's workbench.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl

from hub.programmes.programme import Programme

_PATH = Path(__file__).parent / "rounds.toml"


class CalendarError(ValueError):
    """The calendar is wrong, or has no such round; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Participation:
    """Programmes that are confirmed together: in every round, or in one of so many."""

    name: str
    name_ko: str
    name_en: str
    first_round: str
    every_rounds: int
    programmes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Round:
    """One confirmation round."""

    code: str
    as_of: dt.date
    """The day it looks at, with what the hub knew by that day."""
    participations: tuple[Participation, ...]
    """Who takes part."""

    @property
    def programmes(self) -> tuple[str, ...]:
        """Codes of the programmes that take part, in order."""
        return tuple(sorted({code for each in self.participations for code in each.programmes}))

    @property
    def month(self) -> dt.date:
        """The month whose payments are confirmed: the last whole month before `as_of`."""
        return (self.as_of.replace(day=1) - dt.timedelta(days=1)).replace(day=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """All rounds, in the order of their days."""

    rounds: tuple[Round, ...]
    tolerance_amount: int
    """Won a month by which a receipt may differ from what is payable."""
    tolerance_ppm: int
    """Millionths of what is payable by which a receipt may differ; the larger tolerance counts."""
    least_recipients: int
    legal_basis: str
    status: str

    def find(self, code: str) -> Round:
        """Return one round.

        Raises:
            CalendarError: there is no such round.
        """
        for each in self.rounds:
            if each.code == code.strip().upper():
                return each
        known = ", ".join(each.code for each in self.rounds)
        raise CalendarError(f"no confirmation round {code}; the calendar has {known}")

    def latest(self, day: dt.date) -> Round:
        """Return the newest round whose day is `day` or before.

        Raises:
            CalendarError: the calendar begins later.
        """
        past = [each for each in self.rounds if each.as_of <= day]
        if not past:
            raise CalendarError(f"the calendar of confirmation rounds has none by {day}")
        return past[-1]


@lru_cache(maxsize=4)
def load_calendar(path: Path = _PATH) -> Calendar:
    """Read the calendar.

    Raises:
        CalendarError: a field is missing or wrong, two rounds have one code, or days are out of order.
    """
    content = tomllib.loads(path.read_text("utf-8"))
    participations = [_participation(path, entry) for entry in content.get("participation", [])]
    entries = content.get("round", [])
    codes = [str(entry.get("code", "")) for entry in entries]
    days = [entry.get("as_of") for entry in entries]
    if not entries or len(set(codes)) < len(codes):
        raise CalendarError(f"{path.name}, round, field code: expected rounds of different codes")
    if any(type(day) is not dt.date for day in days) or days != sorted(set(days)):
        raise CalendarError(f"{path.name}, round, field as_of: expected days, each after the last")
    for each in participations:
        if each.first_round not in codes:
            raise CalendarError(
                f"{path.name}, participation {each.name}, field first_round: no such round"
            )
    tolerance = content.get("tolerance", {})
    return Calendar(
        rounds=tuple(
            Round(
                code,
                day,
                tuple(each for each in participations if _takes_part(each, place, codes)),
            )
            for place, (code, day) in enumerate(zip(codes, days, strict=True))
        ),
        tolerance_amount=_whole(path, tolerance, "amount"),
        tolerance_ppm=_whole(path, tolerance, "ppm"),
        least_recipients=_whole(path, content.get("pages", {}), "least_recipients"),
        legal_basis=str(content.get("legal_basis", "")),
        status=str(content.get("status", "")),
    )


def _takes_part(each: Participation, place: int, codes: list[str]) -> bool:
    since = place - codes.index(each.first_round)
    return since >= 0 and since % each.every_rounds == 0


def _participation(path: Path, entry: Mapping[str, Any]) -> Participation:
    name = str(entry.get("name", "without a name"))
    every, programmes = entry.get("every_rounds"), entry.get("programmes")
    if not isinstance(every, int) or every < 1:
        raise CalendarError(
            f"{path.name}, participation {name}, field every_rounds: expected 1 or more"
        )
    if not isinstance(programmes, list) or not programmes:
        raise CalendarError(f"{path.name}, participation {name}, field programmes: expected codes")
    return Participation(
        name,
        str(entry.get("name_ko", name)),
        str(entry.get("name_en", name)),
        str(entry.get("first_round", "")),
        every,
        tuple(programmes),
    )


def _whole(path: Path, content: Mapping[str, Any], field: str) -> int:
    value = content.get(field)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise CalendarError(f"{path.name}, field {field}: expected a whole number of zero or more")
    return value


def round_frame(calendar: Calendar, chosen: Round) -> pl.DataFrame:
    """Return `confirmation_round`: one row, the round and its tolerances."""
    return pl.DataFrame(
        {
            "round_code": [chosen.code],
            "as_of": [chosen.as_of],
            "month": [chosen.month],
            "tolerance_amount": [calendar.tolerance_amount],
            "tolerance_ppm": [calendar.tolerance_ppm],
        }
    )


def programme_frame(chosen: Round, programmes: Sequence[Programme]) -> pl.DataFrame:
    """Return `confirmation_programme`: one row a programme that takes part.

    Columns: programme_code, participation, ministry, unit, scope (person or household), is_compared
    (whether it pays won by month, so that a receipt can be compared).

    Raises:
        CalendarError: a programme of the calendar does not exist.
    """
    known = {each.code: each for each in programmes}
    if unknown := sorted(set(chosen.programmes) - set(known)):
        raise CalendarError(f"rounds.toml, field programmes: no programme {unknown[0]}")
    rows = [
        {
            "programme_code": code,
            "participation": participation.name,
            "ministry": known[code].ministry,
            "unit": known[code].unit,
            "scope": known[code].scope,
            "is_compared": known[code].amount.unit == "won"
            and known[code].amount.period == "month"
            and known[code].benefit in {"cash", "voucher"},
        }
        for participation in chosen.participations
        for code in participation.programmes
    ]
    return pl.DataFrame(rows).unique("programme_code", keep="first").sort("programme_code")
