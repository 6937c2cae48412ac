"""Golden cases decided, and what differs from what they expect.

Here: deciding all cases of one day together, with the kernel of the night. Never here: reading cases
(`golden_cases`). Next: `hub programmes test` and tests print what differs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from hub.programmes.evaluation.compiling import compile_scope
from hub.programmes.evaluation.deciding import OUTCOMES, decide_rows
from hub.programmes.evaluation.frames import Frame
from hub.programmes.evaluation.replay import reasons_of, subject_frame
from hub.programmes.evaluation.selections import Selection
from hub.programmes.facts import BITS_IN_WORD, Fact, load_facts
from hub.programmes.golden_cases import GOLDEN_FOLDER, GoldenCase, GoldenCaseError, load_cases
from hub.programmes.parameters import ParameterValue, in_force, load_parameters
from hub.programmes.programme import Programme


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What came out of one case."""

    case: GoldenCase
    outcome: str
    fail_mask: int
    unknown_mask: int
    found: Mapping[str, Any]
    """outcome, reasons, amount, margin_amount."""

    @property
    def different(self) -> dict[str, tuple[Any, Any]]:
        """Field → (expected, found), where they differ."""
        return {
            field: (value, self.found[field])
            for field, value in self.case.expected.items()
            if value != self.found[field]
        }


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


def decide_cases(
    cases: Sequence[GoldenCase],
    programmes: Sequence[Programme],
    parameters: Sequence[ParameterValue] | None = None,
) -> list[CaseResult]:
    """Decide all cases; cases of one scope, day, day known and gaps are one frame.

    Raises:
        GoldenCaseError: a case names a programme or a reason that does not exist.
    """
    by_code = {programme.code: programme for programme in programmes}
    values = tuple(load_parameters() if parameters is None else parameters)
    groups: dict[tuple[Any, ...], list[int]] = {}
    for place, case in enumerate(cases):
        if case.programme not in by_code:
            raise GoldenCaseError(f"{case.file}, {case.name}: no programme {case.programme}")
        programme = by_code[case.programme]
        gaps = frozenset(_gap(case, programme, code) for code in case.gaps)
        key = (programme.scope, case.day, case.known_at, gaps)
        groups.setdefault(key, []).append(place)
    results: dict[int, CaseResult] = {}
    for key, places in groups.items():
        some = [cases[place] for place in places]
        results |= zip(places, _decide_together(key, some, by_code, values), strict=True)
    return [results[place] for place in range(len(cases))]


def _gap(case: GoldenCase, programme: Programme, code: str) -> tuple[str, int]:
    for condition in programme.conditions:
        if condition.code == code:
            return programme.code, condition.bit
    raise GoldenCaseError(f"{case.file}, {case.name}, gaps: {programme.code} has no reason {code}")


def _decide_together(
    key: tuple[Any, ...],
    cases: Sequence[GoldenCase],
    by_code: Mapping[str, Programme],
    values: tuple[ParameterValue, ...],
) -> list[CaseResult]:
    scope, day, known_at, gaps = key
    facts = load_facts()
    amounts = {(each.parameter, each.key): each.amount for each in in_force(values, day, known_at)}
    rows_of: dict[str, list[int]] = {}
    for row, case in enumerate(cases):
        rows_of.setdefault(case.programme, []).append(row)
    asked = [by_code[code] for code in rows_of]
    compiled = compile_scope(scope, asked, facts, amounts, day, gaps)
    frame = case_frame(cases, facts)
    nobody = np.empty(0, np.intp)
    results: dict[int, CaseResult] = {}
    for each in compiled.programmes:
        rows = rows_of[each.programme.code]
        found = decide_rows(frame, compiled.plan, each, np.array(rows, np.intp), nobody)
        for place, row in enumerate(rows):
            results[row] = _result(cases[row], each.programme, found, place)
    return [results[row] for row in range(len(cases))]


def case_frame(cases: Sequence[GoldenCase], facts: Mapping[str, Fact]) -> Frame:
    """Return the subjects of `cases` as one frame, each with its own members."""
    members = [member for case in cases for member in case.members]
    return subject_frame(
        subject_rows([case.subject for case in cases], facts),
        facts,
        subject_rows(members, facts) if members else None,
        member_counts=[len(case.members) for case in cases],
    )


def _result(case: GoldenCase, programme: Programme, found: Selection, place: int) -> CaseResult:
    fails = 0 if found.fail_mask is None else int(found.fail_mask[place])
    unknowns = 0 if found.unknown_mask is None else int(found.unknown_mask[place])
    outcome = OUTCOMES[int(found.outcome[place])]
    conditions = programme.conditions_on(case.day)
    told = {
        "outcome": outcome,
        "reasons": list(reasons_of(conditions, outcome, fails, unknowns)),
        "amount": _number(found.amount, found.amount_known, place)
        if outcome == "eligible"
        else None,
        "margin_amount": _number(found.margin, found.margin_known, place),
    }
    return CaseResult(case, outcome, fails, unknowns, told)


def _number(values: Any, known: Any, place: int) -> int | None:
    is_unknown = values is None or (known is not None and not known[place])
    return None if is_unknown else int(values[place])


def run_cases(
    programmes: Sequence[Programme], folder: Path = GOLDEN_FOLDER
) -> list[dict[str, object]]:
    """Return one row a case: file, case, programme, ministry, and what differs (empty: nothing)."""
    ministries = {programme.code: programme.ministry for programme in programmes}
    return [
        {
            "file": result.case.file,
            "case": result.case.name,
            "programme": result.case.programme,
            "ministry": ministries[result.case.programme],
            "passed": not result.different,
            "different": "; ".join(
                f"{field}: expected {wanted}, got {found}"
                for field, (wanted, found) in result.different.items()
            ),
        }
        for result in decide_cases(load_cases(folder), programmes)
    ]


def ministry_rows(rows: Sequence[Mapping[str, object]]) -> Iterator[dict[str, object]]:
    """Yield one row a ministry, and one of all: cases, passed, failed."""
    names = sorted({str(row["ministry"]) for row in rows})
    for name in (*names, "all"):
        some = [row for row in rows if name in ("all", row["ministry"])]
        passed = sum(1 for row in some if row["passed"])
        yield {
            "ministry": name,
            "cases": len(some),
            "passed": passed,
            "failed": len(some) - passed,
        }
