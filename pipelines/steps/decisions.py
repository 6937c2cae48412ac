"""What the rules say of everyone: recognised income, then one decision a subject and programme.

Here: the order of the decision tables and the compilation of the programmes. Never here: a rule
(`hub/programmes/catalogue`) or a parameter (`hub/programmes/parameters`). Next:
`pipelines.steps.findings` and `pipelines.steps.extracts`.
"""

from __future__ import annotations

import hashlib

import polars as pl

from hub.programmes.catalogue import (
    Programme,
    interaction_frame,
    load_programmes,
    requirement_frame,
)
from hub.programmes.compilation import evaluations
from hub.programmes.parameters import load_parameters
from pipelines.steps.profiles import PROFILE_TABLES, add_parameters, night_of
from warehouse.workbench import Workbench, sql_text

FACT_TABLES = (
    "benefit_received",
    "person_fact",
    "household_means",
    "couple_means",
    "household_subject",
    "person_subject",
    "condition_gap",
    "received_subject",
)


def sql_digest() -> str:
    """Return the SHA-256 of all SQL that a decision rests on; part of every rule version."""
    texts = [sql_text("profile", table) for table in PROFILE_TABLES]
    texts += [sql_text("decisions", table) for table in (*FACT_TABLES, "decision")]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def _condition_frame(programmes: tuple[Programme, ...]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "programme_code": programme.code,
                "bit": condition.bit,
                "code": condition.code,
                "text_ko": condition.text_ko,
                "text_en": condition.text_en,
                "citation": condition.citation,
            }
            for programme in programmes
            for condition in programme.conditions
        ]
    )


def build_decisions(bench: Workbench) -> dict[str, int]:
    """Build the decision tables of the night; return rows by table and decisions by outcome.

    Needs the tables of `build_profiles`. `programme_condition` says what each bit of `fail_mask`
    means.
    """
    programmes = load_programmes()
    add_parameters(bench)
    bench.add("programme_interaction", interaction_frame())
    bench.add("programme_condition", _condition_frame(programmes))
    bench.add("condition_requirement", requirement_frame(programmes))
    summary = {table: bench.build("decisions", table).rows for table in FACT_TABLES}
    text = evaluations(programmes, load_parameters(), night_of(bench), sql_digest=sql_digest())
    summary["decision"] = bench.build("decisions", "decision", {"evaluations": text}).rows
    outcomes = bench.frame(
        "SELECT outcome, count(*) AS decisions FROM decision GROUP BY outcome ORDER BY outcome"
    )
    return summary | dict(outcomes.iter_rows())
