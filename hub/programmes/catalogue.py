"""The programmes that the hub decides, checked together, and the tables that describe them.

Here: loading the catalogue, its tables, rule versions. Never here: reading one file (`reading`) or
deciding (`evaluation`). Next: `pipelines.steps.decisions`, findings, extracts and commands.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import polars as pl

from hub.programmes import interactions
from hub.programmes.facts import FACTS_PATH
from hub.programmes.language.problems import ProgrammeError
from hub.programmes.parameters import ParameterValue, in_force
from hub.programmes.programme import Programme
from hub.programmes.reading import EVIDENCE_FILE, load_evidence, read_programmes

CATALOGUE_FOLDER = Path(__file__).parent / "catalogue"

__all__ = [
    "CATALOGUE_FOLDER",
    "ProgrammeError",
    "condition_frame",
    "interaction_frame",
    "load_evidence",
    "load_programmes",
    "requirement_frame",
    "rule_versions",
]


@lru_cache(maxsize=4)
def load_programmes(folder: Path = CATALOGUE_FOLDER) -> tuple[Programme, ...]:
    """Read every programme of `folder`, in code order, and check them together.

    Raises:
        ProgrammeError: something is wrong; it holds all problems, with file, line and column.
    """
    programmes = read_programmes(folder.glob("P*.toml"))
    if problems := interactions.interaction_problems(programmes):
        raise ProgrammeError(problems)
    return programmes


def interaction_frame(programmes: Sequence[Programme] | None = None) -> pl.DataFrame:
    """Return the table `programme_interaction`: programme_code, kind, other.

    Exclusive pairs stand in it once, the lower code first.
    """
    return interactions.interaction_frame(load_programmes() if programmes is None else programmes)


def requirement_frame(programmes: Sequence[Programme]) -> pl.DataFrame:
    """Return the table `condition_requirement`: programme_code, bit, alternative, document_type.

    Rows of one alternative can each serve; a condition needs one of every alternative.
    """
    evidence = load_evidence()
    rows = {
        (programme.code, condition.bit, f"{name} {number}", document_type)
        for programme in programmes
        for condition in programme.conditions
        for name in condition.evidence
        for number, group in enumerate(evidence[name], start=1)
        for document_type in group
    }
    schema = {
        "programme_code": pl.String,
        "bit": pl.Int64,
        "alternative": pl.String,
        "document_type": pl.String,
    }
    return pl.DataFrame(sorted(rows), schema=schema, orient="row")


def condition_frame(programmes: Sequence[Programme], day: dt.date) -> pl.DataFrame:
    """Return the table `programme_condition`: what each bit means on `day`."""
    fields = ("bit", "code", "expression", "text_ko", "text_en", "citation")
    rows = [
        (programme.code, *(getattr(condition, field) for field in fields))
        for programme in programmes
        for condition in sorted(programme.conditions_on(day), key=lambda each: each.bit)
    ]
    schema = {"programme_code": pl.String, "bit": pl.Int64}
    schema |= dict.fromkeys(fields[1:], pl.String)
    return pl.DataFrame(rows, schema=schema, orient="row")


def rule_versions(
    programmes: Sequence[Programme],
    parameters: Sequence[ParameterValue],
    day: dt.date,
    *,
    sql_digest: str = "",
) -> dict[str, str]:
    """Return programme → SHA-256 of everything that decides: its file, amounts, facts, evidence, SQL."""
    used = [
        (value.parameter, value.key, value.amount) for value in in_force(tuple(parameters), day)
    ]
    basis = [sorted(used), sql_digest, FACTS_PATH.read_text("utf-8")]
    basis.append(EVIDENCE_FILE.read_text("utf-8"))
    shared = hashlib.sha256(json.dumps(basis, ensure_ascii=False).encode()).hexdigest()
    return {
        programme.code: hashlib.sha256((programme.digest + shared).encode()).hexdigest()
        for programme in programmes
    }
