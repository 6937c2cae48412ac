"""Golden cases: facts of a subject, and what must come out, as data.

Here: reading `golden/*.toml`. Never here: cases (they are data), deciding them (`golden_runs`), or how a
decision is made (`evaluation`). Next: `golden_runs` decides the cases and says what differs.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub.programmes.facts import Fact, load_facts

GOLDEN_FOLDER = Path(__file__).parent / "golden"
_FILE_FIELDS = {"programme", "day", "source", "base", "base_members", "case"}
_FIELDS = {
    *("name", "programme", "day", "known_at", "source", "expected"),
    *("subject", "members", "with", "without", "each", "gaps"),
}
_EXPECTED = ("outcome", "reasons", "amount", "margin_amount")

Facts = Mapping[str, Any]


class GoldenCaseError(ValueError):
    """A file of cases is wrong; the message names file, case and field."""


@dataclass(frozen=True, slots=True)
class GoldenCase:
    """One case: the facts, and what is expected of them."""

    file: str
    name: str
    programme: str
    day: dt.date
    known_at: dt.date
    subject: Facts
    members: Sequence[Facts]
    gaps: tuple[str, ...]
    """Reason codes of conditions whose evidence did not arrive."""
    expected: Mapping[str, Any]
    source: str


def load_cases(folder: Path = GOLDEN_FOLDER) -> tuple[GoldenCase, ...]:
    """Read all cases of `folder`.

    Raises:
        GoldenCaseError: a case is wrong.
    """
    facts = load_facts()
    return tuple(case for path in sorted(folder.glob("*.toml")) for case in _file(path, facts))


def _file(path: Path, facts: Mapping[str, Fact]) -> Iterator[GoldenCase]:
    file = tomllib.loads(path.read_text("utf-8"))
    if unknown := set(file) - _FILE_FIELDS:
        raise GoldenCaseError(f"{path.name}, field {min(unknown)}: no such field; take it out")
    for number, entry in enumerate(file.get("case", ()), start=1):
        place = f"{path.name}, case {number}"
        given: dict[str, Any] = {
            field: file[field] for field in ("programme", "day", "source") if field in file
        }
        given |= entry
        if unknown := set(given) - _FIELDS:
            raise GoldenCaseError(f"{place}, field {min(unknown)}: no such field; take it out")
        for field in ("name", "programme", "day", "expected"):
            if field not in given:
                raise GoldenCaseError(f"{place}, field {field}: absent; give it")
        if unknown := set(given["expected"]) - set(_EXPECTED):
            raise GoldenCaseError(
                f"{place}, field expected.{min(unknown)}: one of {', '.join(_EXPECTED)}"
            )
        for suffix, subject, members in _subjects(file, given, facts, place):
            for name in {*subject, *(name for each in members for name in each)}:
                if name not in facts:
                    raise GoldenCaseError(f"{place}, fact {name}: not in facts.toml; mend it")
            yield GoldenCase(
                file=path.name,
                name=given["name"] + suffix,
                programme=given["programme"],
                day=given["day"],
                known_at=given.get("known_at", given["day"]),
                subject=subject,
                members=members,
                gaps=tuple(given.get("gaps", ())),
                expected=given["expected"],
                source=given.get("source", ""),
            )


def _subjects(
    file: Mapping[str, Any], entry: Mapping[str, Any], facts: Mapping[str, Fact], place: str
) -> Iterator[tuple[str, Facts, Sequence[Facts]]]:
    """Yield the subjects of one entry: one, or one a value of `each`."""
    subject = {**(entry["subject"] if "subject" in entry else file.get("base", {}))}
    members = [dict(one) for one in entry.get("members", file.get("base_members", ()))]
    _change(subject, members, entry.get("with", {}), facts)
    for name in entry.get("without", ()):
        if not any(name in holder for holder in (subject, *members)):
            raise GoldenCaseError(f"{place}, without {name}: no such fact is given; take it out")
        for holder in (subject, *members):
            holder.pop(name, None)
    each = entry.get("each")
    if each is None:
        yield "", subject, members
        return
    if len(each) != 1:
        raise GoldenCaseError(f"{place}, field each: one fact with its values; split the case")
    ((name, values),) = each.items()
    for value in values:
        one, people = dict(subject), [dict(member) for member in members]
        _change(one, people, {name: value}, facts)
        yield f" ({name} = {value})", one, people


def _change(
    subject: dict[str, Any],
    members: Sequence[dict[str, Any]],
    changes: Facts,
    facts: Mapping[str, Fact],
) -> None:
    """Put facts of a person at the first member, where there are members, all others at the subject."""
    for name, value in changes.items():
        is_of_member = members and name in facts and facts[name].scope == "person"
        (members[0] if is_of_member else subject)[name] = value
