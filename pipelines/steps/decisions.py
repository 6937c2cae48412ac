"""What the rules say of everyone: facts, then one decision a subject and programme.

Here: the order of the decision tables, and running the kernel over them. Never here: a rule
(`hub/programmes/catalogue`), a parameter (`hub/programmes/parameters`) or how a condition is computed
(`hub/programmes/evaluation`). Next: `pipelines.steps.findings` and `pipelines.steps.extracts`.
"""

from __future__ import annotations

import hashlib
from importlib import resources

from hub.programmes.catalogue import (
    condition_frame,
    interaction_frame,
    load_programmes,
    requirement_frame,
    rule_versions,
)
from hub.programmes.evaluation.replay import Replay, replay
from hub.programmes.evaluation.run import SubjectTables, evaluate
from hub.programmes.evaluation.writing import write_decisions
from hub.programmes.facts import load_facts
from hub.programmes.parameters import in_force, load_parameters
from hub.programmes.programme import Programme
from hub.quoting import literal
from pipelines.steps.facts import build_subjects
from pipelines.steps.profiles import add_parameters, night_of
from warehouse.workbench import Workbench, sql_text, sql_texts

FACT_TABLES = (
    "benefit_received",
    "quota_receipt",
    "person_fact",
    "household_means",
    "spouse_pair",
    "couple_means",
    "condition_gap",
)


EVIDENCE_STEPS = (
    ("profile", "person_number"),
    ("profile", "signature_person"),
    ("decisions", "told_delivery"),
    ("decisions", "fact_record"),
    ("decisions", "told_word"),
)
"""Working tables of `fact_evidence`, by layer."""
EVIDENCE_WORDS = {"told_word": ("fact", "said")}
"""Columns of them whose words `fact_evidence` carries on. Not those of `told_delivery`, which knows stopped
deliveries, too: all words of a column are written into the file."""
HELD = {
    "person_index": ("signature_id", "person_id"),
    "person_token": ("national_id_token", "person_id"),
    "person": ("person_id", "birth_date", "sex", "is_foreign", "death_date", "legal_dong_code"),
    "assistance_unit_member": (
        "household_id",
        "person_id",
        "head_person_id",
        "relation_to_head",
        "age_years",
        "is_counted",
        "document_type",
        "delivery_id",
        "line",
    ),
}
"""What the statements of facts join again and again."""


def sql_digest() -> str:
    """Return the SHA-256 of all that a decision rests on beside rule and parameters.

    SQL of households, profiles and decisions, and the data that these read (units of the law, kinds
    and precedence of income, words of facts). Part of every rule version.
    """
    data = (resources.files("hub") / room for room in ("households", "profiles", "programmes"))
    texts = [text for layer in ("households", "profile", "decisions") for text in sql_texts(layer)]
    texts += [
        file.read_text("utf-8")
        for room in data
        for file in sorted(room.iterdir(), key=lambda each: each.name)
        if file.name.endswith(".toml")
    ]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def build_decisions(bench: Workbench) -> dict[str, int]:
    """Build the decision tables of the night; return rows by table and decisions by outcome.

    Needs the tables of `build_profiles`. `programme_condition` says what each bit of `fail_mask`
    means.
    """
    programmes, day = load_programmes(), night_of(bench)
    add_parameters(bench)
    bench.add("programme_interaction", interaction_frame(programmes))
    bench.add("programme_condition", condition_frame(programmes, day))
    bench.add("condition_requirement", requirement_frame(programmes))
    with bench.holding(HELD):
        summary = {table: bench.build("decisions", table).rows for table in FACT_TABLES}
        summary |= build_subjects(bench)
        summary["fact_evidence"] = _gather_evidence(bench)
    summary["decision"] = decide(bench)
    summary["decision_reason"] = bench.build("decisions", "decision_reason").rows
    outcomes = bench.frame(
        "SELECT outcome, count(*) AS decisions FROM decision GROUP BY outcome ORDER BY outcome"
    )
    return summary | dict(outcomes.iter_rows())


def _gather_evidence(bench: Workbench) -> int:
    """Build `fact_evidence`, comparing people, deliveries and words as numbers; return its rows."""
    for layer, table in EVIDENCE_STEPS:
        bench.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {table} AS {sql_text(layer, table)}"
        ).fetchall()
        bench.encode_words(table, EVIDENCE_WORDS.get(table, ()))
    return bench.build("decisions", "fact_evidence").rows


def decide(bench: Workbench) -> int:
    """Decide all programmes for all subjects on the workbench; return how many rows are stored."""
    programmes, parameters, day = load_programmes(), load_parameters(), night_of(bench)
    missing = condition_gaps(bench)
    decided = evaluate(
        SubjectTables(
            person_subject=bench.path("person_subject"),
            household_subject=bench.path("household_subject"),
            assistance_unit_member=bench.path("assistance_unit_member"),
        ),
        programmes,
        load_facts(),
        {(value.parameter, value.key): value.amount for value in in_force(parameters, day)},
        day,
        missing,
    )
    versions = rule_versions(programmes, parameters, day, sql_digest=sql_digest())
    return bench.write(
        "decision", lambda path: write_decisions(decided, path, versions, missing)
    ).rows


def condition_gaps(bench: Workbench) -> dict[tuple[str, int], tuple[str, ...]]:
    """Return (programme, bit) → document types that a condition needs and that never arrived."""
    rows = bench.frame("SELECT programme_code, bit, document_types FROM condition_gap").iter_rows()
    return {(code, bit): tuple(types) for code, bit, types in rows}


def replay_decision(bench: Workbench, programme: Programme, subject_id: str) -> Replay | None:
    """Decide one programme for one subject of the night again; None where there is no such subject.

    Gives what is stored, before interactions, and the same for pairs that are not stored.
    """
    table = f"{programme.scope}_subject"
    subject = bench.frame(f"SELECT * FROM {table} WHERE subject_id = {literal(subject_id)}")
    if subject.is_empty():
        return None
    members = None
    if programme.scope == "household":
        members = bench.frame(
            "SELECT member.* FROM assistance_unit_member AS unit"
            " INNER JOIN person_subject AS member ON member.subject_id = unit.person_id"
            f" WHERE unit.household_id = {literal(subject_id)} AND unit.is_counted ORDER BY member.subject_id"
        )
    return replay(
        subject,
        programme,
        load_parameters(),
        night_of(bench),
        members=members,
        gaps=condition_gaps(bench),
    )
