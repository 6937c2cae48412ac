"""The findings of a night against what was planted in the simulated country, rule by rule.

Here: the one mapping from subjects of findings to the people, feeds and officials of the truth, and
recall and precision by it. Never here: running a night (`findings`) or rules. Next: the figures of
`hub bench findings`.

Mapping. A finding names its `person_id`; one without (an account, an agent) names everybody of whom
its evidence rows are, by the truth about delivered rows. A finding about a feed or an official names
its `subject_id`. A planted case is found if any person that it names is flagged by its rule. A
flagged person is right if named by a planted case of the rule, or of the household of somebody named,
since units are paid and judged together.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from hub.findings.rules import load_rules
from pipelines.steps.context import NightContext
from pipelines.steps.families import open_bench
from warehouse.vault import IdTokeniser, root_key
from warehouse.workbench import Workbench

BY_SUBJECT = frozenset({"feed", "official"})
"""Kinds of subjects that the truth names as the hub does."""


def people_of_numbers(context: NightContext, bench: Workbench, truth: Path) -> pl.DataFrame:
    """Return person_number and person_id, a row a number that the hub has seen of a person."""
    numbers = pl.read_parquet(truth / "identifier.parquet")
    tokens = IdTokeniser(root_key(context.layout)).tokens(numbers["national_id"])
    known = bench.frame(
        "SELECT replace(CAST(national_id_token AS VARCHAR), '-', '') AS token, person_id "
        "FROM person_token"
    )
    told = numbers.select("person_number", tokens.bin.encode("hex").alias("token"))
    return told.join(known, on="token", maintain_order="left").select("person_number", "person_id")


def score_rules(
    context: NightContext, truth: Path, officials: pl.DataFrame
) -> dict[str, dict[str, object]]:
    """Return planted, flagged, found, recall and precision of each rule.

    `officials` has rule_id and actor of planted officials.
    """
    flagged, cases = told_and_meant(context, truth, officials)
    return {rule.id: score(flagged, cases, rule.id) for rule in load_rules()}


def told_and_meant(
    context: NightContext, truth: Path, officials: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return what was flagged and what was planted, both by key.

    Flagged: rule_id, subject, key; a subject is a person or what a finding is about else.
    Planted: rule_id, case, key, is_named (false for others of the household), must_be_found.
    A key is `person 12`, `feed I01-F01-01` or `official x`.
    """
    with open_bench(context) as bench:
        people = people_of_numbers(context, bench, truth)
        findings = bench.frame("SELECT finding_id, rule_id, subject_id, person_id FROM finding")
        evidence = bench.frame(
            """
            SELECT finding_evidence.finding_id, finding_evidence.delivery_id, finding_evidence.line
            FROM finding_evidence
            INNER JOIN finding ON finding.finding_id = finding_evidence.finding_id
            WHERE finding.person_id IS NULL AND finding_evidence.line IS NOT NULL
            """
        )
    kinds = {rule.id: rule.subject.value for rule in load_rules()}
    findings = findings.with_columns(
        kind=pl.col("rule_id").replace_strict(kinds, return_dtype=pl.String),
        subject=pl.coalesce("person_id", "subject_id"),
    )
    by_subject = findings.filter(pl.col("kind").is_in(list(BY_SUBJECT)))
    others = findings.filter(~pl.col("kind").is_in(list(BY_SUBJECT)))
    by_person = others.join(people, on="person_id", how="left")
    by_rows = (
        others.filter(pl.col("person_id").is_null())
        .join(_without_hash(evidence), on="finding_id")
        .join(_told_rows(truth), on=["delivery_id", "line"])
    )
    persons = pl.concat(
        [
            by_person.filter(pl.col("person_id").is_not_null()).select(
                "rule_id", "subject", "person_number"
            ),
            by_rows.select("rule_id", "subject", "person_number"),
            # Nobody knows whom it names: wrong, but flagged.
            others.filter(pl.col("person_id").is_null())
            .join(by_rows, on=["rule_id", "subject"], how="anti")
            .select("rule_id", "subject", person_number=pl.lit(None, pl.Int64)),
        ]
    )
    flagged = pl.concat(
        [
            persons.select("rule_id", "subject", key=pl.format("person {}", "person_number")),
            by_subject.select("rule_id", "subject", key=pl.format("{} {}", "kind", "subject")),
        ]
    ).unique(maintain_order=True)
    return flagged, _planted(truth, officials)


def _without_hash(evidence: pl.DataFrame) -> pl.DataFrame:
    return evidence.with_columns(pl.col("delivery_id").str.extract(r"^(.*)_[^_]*$"))


def _told_rows(truth: Path) -> pl.DataFrame:
    """Return delivery_id (without its hash), line and person_number of delivered rows."""
    rows = pl.concat([pl.read_parquet(path) for path in sorted(truth.glob("*/row.parquet"))])
    return rows.select(
        delivery_id=pl.col("file_name").str.extract(r"^(.*)_[^_]*$"),
        line="line",
        person_number="person_number",
    )


def _planted(truth: Path, officials: pl.DataFrame) -> pl.DataFrame:
    homes = pl.read_parquet(
        truth / "person.parquet", columns=["person_number", "household_number"]
    ).cast(pl.Int64)
    cases = pl.read_parquet(truth / "planted_cases.parquet").with_row_index("case")
    facts = ["rule_id", "case", "must_be_found"]
    named = pl.concat(
        [
            cases.select(*facts, person_number=name)
            for name in ("person_number", "other_person_number")
        ]
    ).drop_nulls("person_number")
    around = (
        named.join(homes, on="person_number")
        .select(*facts, "household_number")
        .join(homes, on="household_number")
    )
    actors = officials.select(
        "rule_id",
        case=pl.lit(None, pl.UInt32),
        must_be_found=pl.lit(value=True),
        key=pl.format("official {}", "actor"),
        is_named=pl.lit(value=True),
    )
    key = pl.format("person {}", "person_number").alias("key")
    columns = [*facts, "key", "is_named"]
    return pl.concat(
        [
            named.with_columns(key, is_named=pl.lit(value=True)).select(columns),
            around.with_columns(key, is_named=pl.lit(value=False)).select(columns),
            cases.drop_nulls("document_type")
            .with_columns(key=pl.format("feed {}", "document_type"), is_named=pl.lit(value=True))
            .select(columns),
            # Cases of officials are numbered behind those of people.
            actors.with_columns(case=(pl.int_range(pl.len()) + len(cases)).cast(pl.UInt32)).select(
                columns
            ),
        ]
    )


def score(flagged: pl.DataFrame, cases: pl.DataFrame, rule: str) -> dict[str, object]:
    """Return planted, flagged, found, recall and precision of a rule (see `told_and_meant`)."""
    told = flagged.filter(pl.col("rule_id") == rule)
    meant = cases.filter(pl.col("rule_id") == rule)
    wanted = meant.filter(pl.col("must_be_found") & pl.col("is_named"))
    found = wanted.join(told, on="key", how="semi")["case"].n_unique()
    right = told.join(meant, on="key", how="semi")["subject"].n_unique()
    planted, subjects = wanted["case"].n_unique(), told["subject"].n_unique()
    return {
        "planted": planted,
        "flagged": subjects,
        "found": found,
        "recall": _share(found, planted),
        "precision": _share(right, subjects),
    }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 3) if whole else None
