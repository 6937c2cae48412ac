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
    "suppress_when",
    "tolerance",
    "severity",
    "action",
    "legal_basis",
    "clears_when_ko",
    "clears_when_en",
)
_FIELDS = {
    *_TEXTS,
    "version",
    "inputs",
    "lookback_months",
    "programmes",
    "parameters",
    "programme_parameters",
}
_PROGRAMME_PARAMETERS = ("days", "total_days", "window_days")


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
    inputs: tuple[tuple[str, ...], ...]
    """Groups of document types; of each group one must have arrived."""
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
    for field in ("version", "lookback_months"):
        if not isinstance(entry.get(field), int) or entry[field] < 1:
            raise RuleError(f"{path.name}, field {field}: expected a whole number above 0")
    if entry["suppress_when"] not in {"missing", "stale"}:
        raise RuleError(f"{path.name}, field suppress_when: expected missing or stale")
    if entry["action"] not in set(Action):
        raise RuleError(f"{path.name}, field action: expected one of {', '.join(Action)}")
    if entry["action"] == Action.AUTO and entry["id"] not in AUTOMATIC_RULES:
        raise RuleError(f"{path.name}, field action: only a registered death may be AUTO")
    for parameters in entry.get("programme_parameters", {}).values():
        if wrong := set(parameters) - set(_PROGRAMME_PARAMETERS):
            raise RuleError(f"{path.name}, field programme_parameters: {min(wrong)} is unknown")
    programmes = {*entry.pop("programmes", ()), *entry.get("programme_parameters", {})}
    return Rule(
        **{field: entry[field] for field in (*_TEXTS, "version", "lookback_months")}
        | {
            "action": Action(entry["action"]),
            "inputs": tuple(tuple(group) for group in entry.get("inputs", [])),
            "programmes": tuple(sorted(programmes)),
            "parameters": entry.get("parameters", {}),
            "programme_parameters": entry.get("programme_parameters", {}),
        }
    )


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


def rule_frames(rules: tuple[Rule, ...], sql: Mapping[str, str]) -> dict[str, pl.DataFrame]:
    """Return the tables by which SQL knows the rules.

    Args:
        rules: all rules.
        sql: text of each rule's SQL, by table; it is part of the rule version.

    Returns:
        `detection_rule`, `rule_input`, `rule_programme`, `rule_parameter`.
    """
    described = [
        {
            "rule_id": rule.id,
            "rule_version": hashlib.sha256((rule.digest + sql[rule.table]).encode()).hexdigest(),
            "name_ko": rule.name_ko,
            "name_en": rule.name_en,
            "suppress_when": rule.suppress_when,
            "lookback_months": rule.lookback_months,
            "severity": rule.severity,
            "action": rule.action.value,
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
    programmes = [
        (
            rule.id,
            programme,
            *(rule.programme_parameters.get(programme, {}).get(n) for n in _PROGRAMME_PARAMETERS),
        )
        for rule in rules
        for programme in rule.programmes
    ]
    parameters = [
        (rule.id, name, value) for rule in rules for name, value in rule.parameters.items()
    ]
    return {
        "detection_rule": pl.DataFrame(described),
        "rule_input": pl.DataFrame(
            inputs,
            schema={"rule_id": pl.String, "alternative": pl.Int64, "document_type": pl.String},
            orient="row",
        ),
        "rule_programme": pl.DataFrame(
            programmes,
            schema={"rule_id": pl.String, "programme_code": pl.String}
            | dict.fromkeys(_PROGRAMME_PARAMETERS, pl.Int64),
            orient="row",
        ),
        "rule_parameter": pl.DataFrame(
            parameters,
            schema={"rule_id": pl.String, "name": pl.String, "amount": pl.Int64},
            orient="row",
        ),
    }
