"""Golden cases: facts of a subject, and what must come out, as data.

Here: reading `golden/*.toml` and replaying each case. Never here: cases (they are data), or how a decision
is made (`evaluation`). Next: `hub programmes test` and a test print what differs.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from hub.programmes.evaluation.replay import Replay, replay
from hub.programmes.facts import BITS_IN_WORD, Fact, load_facts
from hub.programmes.parameters import ParameterValue, load_parameters
from hub.programmes.programme import Programme

GOLDEN_FOLDER = Path(__file__).parent / "golden"
_FIELDS = {"name", "programme", "day", "known_at", "subject", "members", "expected", "source"}
_EXPECTED = ("outcome", "reasons", "amount", "margin_amount")


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
    subject: Mapping[str, Any]
    members: Sequence[Mapping[str, Any]]
    expected: Mapping[str, Any]
    source: str


def load_cases(folder: Path = GOLDEN_FOLDER) -> tuple[GoldenCase, ...]:
    """Read all cases of `folder`.

    Raises:
        GoldenCaseError: a case is wrong.
    """
    facts = load_facts()
    cases = []
    for path in sorted(folder.glob("*.toml")):
        for number, entry in enumerate(tomllib.loads(path.read_text("utf-8"))["case"], start=1):
            place = f"{path.name}, case {number}"
            if unknown := set(entry) - _FIELDS:
                raise GoldenCaseError(f"{place}, field {min(unknown)}: no such field; take it out")
            for field in ("name", "programme", "day", "subject", "expected"):
                if field not in entry:
                    raise GoldenCaseError(f"{place}, field {field}: absent; give it")
            if unknown := set(entry["expected"]) - set(_EXPECTED):
                raise GoldenCaseError(
                    f"{place}, field expected.{min(unknown)}: one of {', '.join(_EXPECTED)}"
                )
            members = entry.get("members", [])
            for name in {*entry["subject"], *(name for each in members for name in each)}:
                if name not in facts:
                    raise GoldenCaseError(f"{place}, fact {name}: not in facts.toml; mend it")
            cases.append(
                GoldenCase(
                    file=path.name,
                    name=entry["name"],
                    programme=entry["programme"],
                    day=entry["day"],
                    known_at=entry.get("known_at", entry["day"]),
                    subject=entry["subject"],
                    members=members,
                    expected=entry["expected"],
                    source=entry.get("source", ""),
                )
            )
    return tuple(cases)


def subject_rows(subjects: Sequence[Mapping[str, Any]], facts: Mapping[str, Fact]) -> pl.DataFrame:
    """Return rows of a subject table from facts by name.

    A set is the list of its words, and all its other words are known not to be in it. Facts that are
    left out are unknown.
    """
    rows: list[dict[str, Any]] = []
    schema: dict[str, Any] = {"subject_id": pl.String}
    for number, subject in enumerate(subjects):
        row: dict[str, Any] = {"subject_id": f"subject-{number}"}
        for name, value in subject.items():
            fact = facts[name]
            if fact.type != "set":
                kinds: Mapping[str, Any] = {"boolean": pl.Boolean, "enum": pl.String}
                schema[name] = kinds.get(fact.type, pl.Int64)
                row[name] = value
                continue
            words = [0] * len(fact.columns)
            for word in value:
                place, bit = fact.bit(word)
                words[place] |= 1 << bit
            for place, (held, known) in enumerate(
                zip(fact.columns, fact.known_columns, strict=True)
            ):
                width = min(BITS_IN_WORD, len(fact.values) - place * BITS_IN_WORD)
                schema[held] = schema[known] = pl.UInt64
                row[held], row[known] = words[place], (1 << width) - 1
        rows.append(row)
    return pl.DataFrame(rows, schema=schema)


def run_case(
    case: GoldenCase, programmes: Mapping[str, Programme], parameters: Sequence[ParameterValue]
) -> tuple[Replay, dict[str, tuple[Any, Any]]]:
    """Decide a case; return the decision, and field → (expected, found) where they differ."""
    facts = load_facts()
    found = replay(
        subject_rows([case.subject], facts),
        programmes[case.programme],
        parameters,
        case.day,
        case.known_at,
        members=subject_rows(case.members, facts) if case.members else None,
    )
    told: Mapping[str, Any] = {
        "outcome": found.outcome,
        "reasons": list(found.reasons),
        "amount": found.amount,
        "margin_amount": found.margin_amount,
    }
    return found, {
        field: (value, told[field])
        for field, value in case.expected.items()
        if value != told[field]
    }


def run_cases(
    programmes: Sequence[Programme], folder: Path = GOLDEN_FOLDER
) -> list[dict[str, object]]:
    """Return one row a case: file, name, programme, and what differs (empty where nothing does)."""
    by_code = {programme.code: programme for programme in programmes}
    parameters = load_parameters()
    rows: list[dict[str, object]] = []
    for case in load_cases(folder):
        if case.programme not in by_code:
            raise GoldenCaseError(f"{case.file}, {case.name}: no programme {case.programme}")
        _, different = run_case(case, by_code, parameters)
        rows.append(
            {
                "file": case.file,
                "case": case.name,
                "programme": case.programme,
                "passed": not different,
                "different": "; ".join(
                    f"{field}: expected {wanted}, found {found}"
                    for field, (wanted, found) in different.items()
                ),
            }
        )
    return rows
