"""Detection rules as data: what each needs, tolerates, may do and is cleared by.

Here: reading and checking `rules/`. Never here: what a rule looks for, which is the SQL of its
table in `warehouse/sql/findings`. Next: `pipelines.steps.findings` builds the rules' tables.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import polars as pl

RULE_FOLDER = Path(__file__).parent / "rules"
AUTOMATIC_RULES = frozenset({"D01"})
"""Rules that may hold a payment by themselves: a registered death, and nothing else."""

_TEXTS = (
    "id",
    "table",
    "name_ko",
    "name_en",
    "grain",
    "subject",
    "suppress_when",
    "tolerance",
    "severity",
    "action",
    "legal_basis",
    "clears_when_ko",
    "clears_when_en",
)
_NUMBERS = ("version", "lookback_months", "min_sources")
_FIELDS = {
    *_TEXTS,
    *_NUMBERS,
    "inputs",
    "programmes",
    "parameters",
    "programme_parameters",
}
_CHOICES: dict[str, frozenset[str]] = {
    "suppress_when": frozenset({"missing", "stale"}),
    "severity": frozenset({"low", "medium", "high"}),
}


class Action(StrEnum):
    """The most that a rule may lead to."""

    AUTO = "AUTO"
    """Holds the next payment at once; reversible."""
    HOLD = "HOLD"
    """Proposes a hold after notice."""
    REV = "REV"
    """Review by a person only."""
    INFO = "INFO"
    """Counted only."""


class Subject(StrEnum):
    """What a finding is about; `subject_id` of a finding is an identifier of this kind."""

    PERSON = "person"
    UNIT = "unit"
    DWELLING = "dwelling"
    ACCOUNT = "account"
    AGENT = "agent"
    OFFICIAL = "official"
    FEED = "feed"


class RuleError(ValueError):
    """A rule file breaks a rule; the message names file and field."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One detection rule."""

    id: str
    version: int
    table: str
    """Table of candidates, and name of its SQL file."""
    name_ko: str
    name_en: str
    grain: str
    subject: Subject
    inputs: tuple[tuple[str, ...], ...]
    """Groups of document types or families; of each group one must have arrived."""
    min_sources: int
    """Institutions that must report the fact independently before the rule speaks."""
    suppress_when: str
    """`missing`: silent where a group never arrived; `stale`: also where it is old."""
    lookback_months: int
    tolerance: str
    severity: str
    action: Action
    legal_basis: str
    clears_when_ko: str
    clears_when_en: str
    programmes: tuple[str, ...]
    """Programmes that the rule looks at; all where empty."""
    parameters: Mapping[str, int]
    programme_parameters: Mapping[str, Mapping[str, int]]

    @property
    def settings(self) -> dict[str, int]:
        """Numbers that the rule's SQL reads as columns of its `_setting` view."""
        named = {"lookback_months": self.lookback_months, "min_sources": self.min_sources}
        return named | dict(self.parameters)

    @property
    def digest(self) -> str:
        """SHA-256 of the rule's data."""
        text = json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def _rule(path: Path) -> Rule:
    try:
        entry: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise RuleError(f"{path.name}: no valid TOML: {error}") from None
    if unknown := set(entry) - _FIELDS:
        raise RuleError(f"{path.name}, field {min(unknown)}: no such field")
    for field in _TEXTS:
        if not isinstance(entry.get(field), str) or not entry[field].strip():
            raise RuleError(f"{path.name}, field {field}: expected text")
    for field in _NUMBERS:
        if not isinstance(entry.get(field), int) or entry[field] < 1:
            raise RuleError(f"{path.name}, field {field}: expected a whole number above 0")
    choices = _CHOICES | {"action": frozenset(Action), "subject": frozenset(Subject)}
    for field, allowed in choices.items():
        if entry[field] not in allowed:
            raise RuleError(f"{path.name}, field {field}: expected {' or '.join(sorted(allowed))}")
    if entry["action"] == Action.AUTO and entry["id"] not in AUTOMATIC_RULES:
        raise RuleError(f"{path.name}, field action: only a registered death may be AUTO")
    for name, value in _amounts(entry):
        if not isinstance(value, int) or isinstance(value, bool):
            raise RuleError(f"{path.name}, parameter {name}: expected a whole number")
    programmes = {*entry.pop("programmes", ()), *entry.get("programme_parameters", {})}
    return Rule(
        **{field: entry[field] for field in (*_TEXTS, *_NUMBERS)}
        | {
            "action": Action(entry["action"]),
            "subject": Subject(entry["subject"]),
            "inputs": tuple(tuple(group) for group in entry.get("inputs", [])),
            "programmes": tuple(sorted(programmes)),
            "parameters": entry.get("parameters", {}),
            "programme_parameters": entry.get("programme_parameters", {}),
        }
    )


def _amounts(entry: Mapping[str, Any]) -> list[tuple[str, Any]]:
    named = list(entry.get("parameters", {}).items())
    for parameters in entry.get("programme_parameters", {}).values():
        named.extend(parameters.items())
    return named


def load_rules(folder: Path = RULE_FOLDER) -> tuple[Rule, ...]:
    """Read every rule of `folder`, in the order of their ids.

    Raises:
        RuleError: a file breaks a rule.
    """
    rules = [_rule(path) for path in sorted(folder.glob("D*.toml"))]
    ids = [rule.id for rule in rules]
    if twice := sorted({name for name in ids if ids.count(name) > 1}):
        raise RuleError(f"rule {twice[0]} is described by two files")
    return tuple(sorted(rules, key=lambda rule: rule.id))


def rule_frames(
    rules: tuple[Rule, ...], sql: Mapping[str, str], demoted: Mapping[str, str] | None = None
) -> dict[str, pl.DataFrame]:
    """Return the tables by which SQL knows the rules.

    Args:
        rules: all rules.
        sql: text of each rule's SQL, by table; it is part of the rule version.
        demoted: rule id → why its findings are only counted for now (`hub.findings.standing`).

    Returns:
        `detection_rule`, `rule_input`, `rule_programme`, `rule_parameter`. A parameter of one
        programme bears its code; one of the whole rule an empty code.
    """
    lowered = demoted or {}
    described = [
        {
            "rule_id": rule.id,
            "rule_version": hashlib.sha256((rule.digest + sql[rule.table]).encode()).hexdigest(),
            "name_ko": rule.name_ko,
            "name_en": rule.name_en,
            "grain": rule.grain,
            "subject_kind": rule.subject.value,
            "suppress_when": rule.suppress_when,
            "lookback_months": rule.lookback_months,
            "min_sources": rule.min_sources,
            "tolerance": rule.tolerance,
            "severity": rule.severity,
            "action_cap": rule.action.value,
            "action": Action.INFO.value if rule.id in lowered else rule.action.value,
            "demoted_because": lowered.get(rule.id),
            "legal_basis": rule.legal_basis,
            "clears_when_ko": rule.clears_when_ko,
            "clears_when_en": rule.clears_when_en,
        }
        for rule in rules
    ]
    inputs = [
        (rule.id, number, document_type)
        for rule in rules
        for number, group in enumerate(rule.inputs, start=1)
        for document_type in group
    ]
    programmes = [(rule.id, programme) for rule in rules for programme in rule.programmes]
    parameters = [
        (rule.id, programme, name, value)
        for rule in rules
        for programme, named in (("", rule.settings), *rule.programme_parameters.items())
        for name, value in named.items()
    ]
    return {
        "detection_rule": pl.DataFrame(
            described, schema_overrides={"demoted_because": pl.String}, infer_schema_length=None
        ),
        "rule_input": pl.DataFrame(
            inputs,
            schema={"rule_id": pl.String, "alternative": pl.Int64, "input": pl.String},
            orient="row",
        ),
        "rule_programme": pl.DataFrame(
            programmes, schema={"rule_id": pl.String, "programme_code": pl.String}, orient="row"
        ),
        "rule_parameter": pl.DataFrame(
            parameters,
            schema={
                "rule_id": pl.String,
                "programme_code": pl.String,
                "name": pl.String,
                "amount": pl.Int64,
            },
            orient="row",
        ),
    }
