"""Duplicate and improper receipt of a night: candidates by rule, findings, evidence.

Here: the order of the tables. Never here: what a rule looks for (`warehouse/sql/findings`), what
it may do (`hub/findings/rules`), or what became of a finding (the ledger of outcomes). Next:
`warehouse.releases` publishes `finding` and `finding_evidence`.
"""

from __future__ import annotations

from hub.findings.rules import load_rules, rule_frames
from warehouse.workbench import Workbench, sql_text


def build_findings(bench: Workbench) -> dict[str, int]:
    """Build the finding tables of the night; return findings by rule, and rows of the tables.

    Needs the tables of `build_decisions`. A rule whose feeds did not arrive finds nothing;
    `rule_state` says what it waits for.
    """
    rules = load_rules()
    sql = {rule.table: sql_text("findings", rule.table) for rule in rules}
    for table, frame in rule_frames(rules, sql).items():
        bench.add(table, frame)
    bench.build("findings", "rule_state")
    for rule in rules:
        bench.build("findings", rule.table)
    candidates = "\nUNION ALL\n".join(f"SELECT * FROM {rule.table}" for rule in rules)
    bench.build("findings", "finding_candidate", {"candidates": candidates})
    summary = {
        table: bench.build("findings", table).rows for table in ("finding", "finding_evidence")
    }
    found = bench.frame("SELECT rule_id, count(*) AS findings FROM finding GROUP BY rule_id")
    counts = dict(found.iter_rows())
    return {rule.id: counts.get(rule.id, 0) for rule in rules} | summary
