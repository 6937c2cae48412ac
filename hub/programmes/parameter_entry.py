"""Double entry of parameters: a second set, typed by hand from the notices, against the first.

Here: reading the second set and listing every difference. Never here: mending one set from the
other; a difference is a finding that a person settles with the notice in hand. Next: `hub programmes`
prints the list, and a test holds it against the differences that are explained.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from hub.programmes.parameters import ParameterError, ParameterValue, load_parameters

Cell = tuple[str, str]
_Known = tuple[int | None, str]
"""Amount and status; see `_NOTHING`."""
_NOTHING: _Known = (None, "")


@dataclass(frozen=True, slots=True)
class SecondEntry:
    """One typed cell: in force from a day until the next entry of the same cell; null ends it."""

    parameter: str
    key: str
    valid_from: dt.date
    amount: int | None


@dataclass(frozen=True, slots=True)
class ParameterDifference:
    """A cell on whose amount, from a day on, the two sets disagree; null is "no value".

    `kind` is `differs`, `only_first` (typed once; of interest where the first set calls the value
    attested) or `only_second`. `status` is that of the first set's value, empty without one.
    """

    parameter: str
    key: str
    valid_from: dt.date
    first_amount: int | None
    second_amount: int | None
    status: str

    @property
    def kind(self) -> str:
        """How the two sets disagree."""
        if self.second_amount is None:
            return "only_first"
        return "only_second" if self.first_amount is None else "differs"


def load_second_entry(path: Path) -> tuple[SecondEntry, ...]:
    """Read a second set: a table a parameter, in it a list of keys and a line a day.

    `keys = ["1", "2"]`, `2026-01-01 = [2564238, 4199292]`, `2027-01-01 = []` where the law ends.

    Raises:
        ParameterError: a line has another number of amounts than there are keys.
    """
    entries: list[SecondEntry] = []
    for parameter, table in tomllib.loads(path.read_text("utf-8")).items():
        keys = table.get("keys", ["all"])
        for day, amounts in table.items():
            if day == "keys":
                continue
            if amounts and len(amounts) != len(keys):
                raise ParameterError(
                    f"{path.name}, parameter {parameter}, {day}: expected {len(keys)} amounts"
                )
            # An empty string stands for an amount that the source does not give.
            row = [None if amount == "" else amount for amount in amounts] or [None] * len(keys)
            entries += [
                SecondEntry(parameter, key, dt.date.fromisoformat(day), amount)
                for key, amount in zip(keys, row, strict=True)
            ]
    return tuple(entries)


def _first_timeline(values: Iterable[ParameterValue]) -> dict[Cell, dict[dt.date, _Known]]:
    lines: dict[Cell, dict[dt.date, _Known]] = {}
    for value in sorted(values, key=lambda value: (value.valid_from, value.published_at)):
        line = lines.setdefault((value.parameter, value.key), {})
        line[value.valid_from] = (value.amount, value.status)
        if value.valid_to is not None:
            line.setdefault(value.valid_to + dt.timedelta(days=1), _NOTHING)
    return lines


def _second_timeline(entries: Iterable[SecondEntry]) -> dict[Cell, dict[dt.date, _Known]]:
    lines: dict[Cell, dict[dt.date, _Known]] = {}
    for entry in entries:
        line = lines.setdefault((entry.parameter, entry.key), {})
        line[entry.valid_from] = (entry.amount, "")
    return lines


def _at(line: dict[dt.date, _Known], day: dt.date) -> _Known:
    started = [start for start in line if start <= day]
    return line[max(started)] if started else _NOTHING


def parameter_differences(
    second: Iterable[SecondEntry], first: tuple[ParameterValue, ...] | None = None
) -> tuple[ParameterDifference, ...]:
    """Return every day on which the two sets begin to disagree, by parameter, key and day.

    Compared are the parameters that the second set has, each with all keys that either set has; of
    sizes beyond those of the second set nothing is said.

    Args:
        second: the second set.
        first: the hub's set, by default its own files.
    """
    seconds = _second_timeline(second)
    scope = {parameter for parameter, _ in seconds}
    largest = {
        parameter: max(int(key) for name, key in seconds if name == parameter)
        for parameter, key in seconds
        if key.isdigit()
    }
    firsts = _first_timeline(
        value
        for value in (load_parameters() if first is None else first)
        if value.parameter in scope
        and (value.parameter not in largest or int(value.key) <= largest[value.parameter])
    )
    found: list[ParameterDifference] = []
    for cell in sorted(firsts.keys() | seconds.keys()):
        ours, theirs = firsts.get(cell, {}), seconds.get(cell, {})
        last: tuple[int | None, int | None] | None = None
        for day in sorted(ours.keys() | theirs.keys()):
            (amount, status), (other, _) = _at(ours, day), _at(theirs, day)
            if amount != other and (amount, other) != last:
                found.append(ParameterDifference(*cell, day, amount, other, status))
            last = (amount, other)
    return tuple(found)
