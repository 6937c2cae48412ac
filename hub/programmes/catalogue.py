"""Programmes as data: conditions, amounts, evidence and interactions, read from TOML.

Here: the types of a programme, reading and checking `catalogue/` and `evidence.toml`. Never here:
SQL (`hub.programmes.compilation`) or amounts of the law (`hub.programmes.parameters`). Next:
`pipelines.steps.decisions` compiles and evaluates them.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl

CATALOGUE_FOLDER = Path(__file__).parent / "catalogue"
EVIDENCE_FILE = Path(__file__).parent / "evidence.toml"
UNITS: Mapping[str, str] = {
    "household": "household",
    "person": "person",
    "child": "person",
    "couple": "person",
}
"""Unit of a programme → scope of its subject: who stands in a decision row."""

INTERACTIONS = ("exclusive", "counted_as_income_in", "offset", "group")
LARGEST_BIT = 62

_TEXTS = (
    "code",
    "ministry",
    "ministry_ko",
    "name_ko",
    "name_en",
    "unit",
    "legal_basis",
    "status",
    "gate",
)
_PROGRAMME_FIELDS = {*_TEXTS, "margin", "in_force_from", "in_force_to", "amount", "condition"}
_CONDITION_TEXTS = ("code", "expression", "text_ko", "text_en", "citation")


class ProgrammeError(ValueError):
    """A programme file breaks a rule; the message names file, entry and field."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a programme: true, false, or unknown (null)."""

    bit: int
    """Place in `fail_mask`; never given to another condition."""
    code: str
    """Reason code when the condition fails or is unknown."""
    expression: str
    """SQL over the facts of the subject."""
    evidence: tuple[str, ...]
    """Names of evidence sets without which the condition is unknown."""
    text_ko: str
    text_en: str
    citation: str


@dataclass(frozen=True, slots=True)
class Programme:
    """One programme: who it is for, what it asks, what it gives."""

    code: str
    ministry: str
    ministry_ko: str
    name_ko: str
    name_en: str
    unit: str
    """`household`, `person`, `child`, or `couple` (one of a couple whose means are one)."""
    legal_basis: str
    status: str
    in_force_from: dt.date
    in_force_to: dt.date | None
    gate: str
    """Cheap test: subjects that fail it and do not receive the programme get no decision row."""
    margin: str | None
    """Won between the threshold and the subject: positive is room, negative is excess."""
    amount_rule: str
    amount: str | None
    """SQL of the amount in won, or None for benefits in kind."""
    conditions: tuple[Condition, ...]

    @property
    def scope(self) -> str:
        """Who stands in a decision row: `household` or `person`."""
        return UNITS[self.unit]


def _text(entry: Mapping[str, Any], field: str, place: str) -> str:
    value = entry.get(field)
    if not isinstance(value, str) or not value.strip():
        raise ProgrammeError(f"{place}, field {field}: expected text")
    return value.strip()


def _condition(entry: Mapping[str, Any], place: str, known: Mapping[str, Any]) -> Condition:
    if unknown := set(entry) - {*_CONDITION_TEXTS, "bit", "evidence"}:
        raise ProgrammeError(f"{place}, field {min(unknown)}: no such field")
    bit = entry.get("bit")
    if not isinstance(bit, int) or not 0 <= bit <= LARGEST_BIT:
        raise ProgrammeError(f"{place}, field bit: expected 0 to {LARGEST_BIT}")
    evidence = tuple(entry.get("evidence", []))
    for name in evidence:
        if name not in known:
            raise ProgrammeError(f"{place}, field evidence: no set of that name in evidence.toml")
    texts = {field: _text(entry, field, place) for field in _CONDITION_TEXTS}
    return Condition(bit=bit, evidence=evidence, **texts)


def _programme(path: Path, known: Mapping[str, Any]) -> Programme:
    try:
        entry = tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ProgrammeError(f"{path.name}: no valid TOML: {error}") from None
    if unknown := set(entry) - _PROGRAMME_FIELDS:
        raise ProgrammeError(f"{path.name}, field {min(unknown)}: no such field")
    texts = {field: _text(entry, field, path.name) for field in _TEXTS}
    if texts["unit"] not in UNITS:
        raise ProgrammeError(f"{path.name}, field unit: expected one of {', '.join(UNITS)}")
    if texts["status"] not in {"attested", "modelled"}:
        raise ProgrammeError(f"{path.name}, field status: expected attested or modelled")
    if not isinstance(entry.get("in_force_from"), dt.date):
        raise ProgrammeError(f"{path.name}, field in_force_from: expected a date")
    conditions = tuple(
        _condition(condition, f"{path.name}, condition {number}", known)
        for number, condition in enumerate(entry.get("condition", []), start=1)
    )
    if not conditions:
        raise ProgrammeError(f"{path.name}, field condition: a programme has at least one")
    for field, values in (
        ("bit", [condition.bit for condition in conditions]),
        ("code", [condition.code for condition in conditions]),
    ):
        if len(set(values)) < len(values):
            raise ProgrammeError(f"{path.name}, field condition.{field}: given twice")
    amount = entry.get("amount", {})
    return Programme(
        **texts,
        in_force_from=entry["in_force_from"],
        in_force_to=entry.get("in_force_to"),
        margin=entry.get("margin"),
        amount_rule=_text(amount, "rule", f"{path.name}, amount"),
        amount=amount.get("expression"),
        conditions=conditions,
    )


def load_evidence(path: Path = EVIDENCE_FILE) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Return evidence sets: name → groups of document types; one of each group is enough."""
    content = tomllib.loads(path.read_text("utf-8"))
    return {name: tuple(tuple(group) for group in groups) for name, groups in content.items()}


@lru_cache(maxsize=4)
def load_programmes(folder: Path = CATALOGUE_FOLDER) -> tuple[Programme, ...]:
    """Read every programme of `folder`, in code order.

    Raises:
        ProgrammeError: a file breaks a rule.
    """
    known = load_evidence()
    programmes = [_programme(path, known) for path in sorted(folder.glob("P*.toml"))]
    codes = [programme.code for programme in programmes]
    if twice := sorted({code for code in codes if codes.count(code) > 1}):
        raise ProgrammeError(f"programme {twice[0]} is described by two files")
    return tuple(sorted(programmes, key=lambda programme: programme.code))


def interaction_frame(path: Path = CATALOGUE_FOLDER / "_interactions.toml") -> pl.DataFrame:
    """Return the table `programme_interaction`: programme_code, kind, other.

    Exclusive pairs stand in it once, the lower code first.

    Raises:
        ProgrammeError: an unknown kind, or an exclusive pair out of order.
    """
    content = tomllib.loads(path.read_text("utf-8"))
    if unknown := set(content) - set(INTERACTIONS):
        raise ProgrammeError(f"{path.name}, field {min(unknown)}: no such kind of interaction")
    for first, second in content["exclusive"]:
        if first >= second:
            raise ProgrammeError(f"{path.name}, exclusive: {first} must come before {second}")
    rows = [(first, kind, second) for kind in INTERACTIONS for first, second in content[kind]]
    return pl.DataFrame(
        sorted(rows), schema=["programme_code", "kind", "other"], orient="row"
    ).cast(pl.String)


def requirement_frame(programmes: tuple[Programme, ...]) -> pl.DataFrame:
    """Return the table `condition_requirement`: programme_code, bit, alternative, document_type.

    Rows of one alternative can each serve; a condition needs one of every alternative.
    """
    evidence = load_evidence()
    rows = [
        (programme.code, condition.bit, f"{name} {number}", document_type)
        for programme in programmes
        for condition in programme.conditions
        for name in condition.evidence
        for number, group in enumerate(evidence[name], start=1)
        for document_type in group
    ]
    schema = {
        "programme_code": pl.String,
        "bit": pl.Int64,
        "alternative": pl.String,
        "document_type": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")
