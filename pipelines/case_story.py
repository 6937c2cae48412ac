"""One case with everything that was found, done and paid, as `hub cases show` tells it.

Here: reading the ledger and the current release, and rows for people and programs. Never here: which
steps are legal (`hub.findings.workflow`) or options (`case_commands`). IDs are opaque; no name, address
or national ID is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl
import typer

from hub.findings.rules import Rule, load_rules
from hub.findings.workflow import CaseFile, MoneyColumn, legal_steps
from hub.output import print_rows
from warehouse.layout import Layout
from warehouse.ledger import Ledger
from warehouse.mart import first_comment
from warehouse.person_rows import PersonRows
from warehouse.releases import current
from warehouse.workbench import sql_text

Row = dict[str, Any]
_SUMS = {column.value: column for column in MoneyColumn}


@dataclass(frozen=True, slots=True)
class CaseStory:
    """A case and what belongs to it; rows are mappings by column."""

    case: Row
    rule: Rule | None
    looks_for: str
    findings: list[Row]
    evidence: list[Row]
    events: list[Row]
    money: list[Row]
    sums: Row
    """Sum of each column of won; the columns are never added up with one another."""
    legal_steps: tuple[str, ...]

    def mapping(self) -> Row:
        """Return all of it for JSON."""
        rule = self.rule
        return {
            **self.case,
            "rule_name": rule.name_en if rule else None,
            "rule_looks_for": self.looks_for,
            "clears_when": rule.clears_when_en if rule else None,
            "clears_when_ko": rule.clears_when_ko if rule else None,
            "legal_basis": rule.legal_basis if rule else None,
            "findings": self.findings,
            "evidence": self.evidence,
            "events": self.events,
            "money": self.money,
            "money_sums": self.sums,
            "legal_steps": list(self.legal_steps),
        }


def read_story(layout: Layout, ledger: Ledger, case_id: str) -> CaseStory:
    """Read one case.

    Raises:
        LedgerError: no such case.
    """
    file = ledger.case(case_id)
    case = ledger.cases().filter(case_id=case_id).row(0, named=True)
    findings = ledger.case_findings(case_id)
    rule = next((rule for rule in load_rules() if rule.id == file.rule_id), None)
    money = ledger.case_money(case_id).drop("row_number", "case_id")
    return CaseStory(
        case=case,
        rule=rule,
        looks_for=first_comment(sql_text("findings", rule.table)) if rule else "",
        findings=findings.drop("case_id", "rule_version").to_dicts(),
        evidence=_evidence(layout, ledger, findings),
        events=ledger.case_events(case_id).drop("row_number", "case_id").to_dicts(),
        money=money.to_dicts(),
        sums={name: file.money.get(column, 0) for name, column in _SUMS.items()},
        legal_steps=_commands(file),
    )


def _evidence(layout: Layout, ledger: Ledger, findings: pl.DataFrame) -> list[Row]:
    """Count the records behind the findings that the current release still holds."""
    release = current(layout)
    if release is None:
        return []
    with PersonRows(release) as rows:
        records = rows.where("finding_evidence", "finding_id", findings["finding_id"].to_list())
    counted = (
        records.group_by("role", "document_type")
        .agg(
            records=pl.len(),
            deliveries=pl.col("delivery_id").n_unique(),
            newest=pl.col("delivery_id").sort_by("made_at").last(),
        )
        .sort("role", "document_type")
    )
    shown = []
    for row in counted.iter_rows(named=True):
        delivery = ledger.delivery(row["newest"])
        shown.append({**row, "newest_received_at": delivery.received_at if delivery else None})
    return shown


def _commands(file: CaseFile) -> tuple[str, ...]:
    """Name the commands by which people may go on."""
    named = {"no_response": "explain --no-response", "uphold": "appeal --upheld"}
    named["reverse"] = "appeal --reversed"
    return tuple(named.get(step, step.value) for step in legal_steps(file.state))


def print_story(story: CaseStory) -> None:
    """Print the case for a person."""
    case, rule = story.case, story.rule
    title = f"Case {case['case_id']}: {rule.id} {rule.name_en}" if rule else case["case_id"]
    facts = {name: value for name, value in case.items() if value not in (None, "", False)}
    if rule is not None:
        facts |= {"what the rule looks for": story.looks_for, "cleared by": rule.clears_when_en}
        facts |= {"legal basis": rule.legal_basis}
    lines = [{"field": name, "value": value} for name, value in facts.items()]
    print_rows(lines, as_json=False, title=title)
    print_rows(
        story.findings,
        as_json=False,
        title="Findings: a question to people, no verdict",
        columns=(
            "period",
            "statement",
            "amount_at_stake",
            "state",
            "first_seen",
            "evidence_rows",
            "institutions",
            "is_averaged",
        ),
    )
    print_rows(story.evidence, as_json=False, title="Evidence in the current release")
    print_rows(
        story.events,
        as_json=False,
        title="What happened",
        columns=("happened_on", "actor", "step", "from_state", "to_state", "reason", "evidence",
                 "cause", "actions", "decision_id"),
    )  # fmt: skip
    if story.money:
        print_rows(
            story.money,
            as_json=False,
            title="Money in won: four columns, never added up with one another",
            columns=("happened_on", "actor", "month", *_SUMS, "method_id", "multiplier_months"),
        )
        print_rows([story.sums], as_json=False, title="Sum of each column")
    typer.echo("legal next steps: " + (", ".join(story.legal_steps) or "none; the case is closed"))
