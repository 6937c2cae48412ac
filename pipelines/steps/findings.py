"""Duplicate and improper receipt of a night: candidates by rule, findings, evidence.

Here: the order of the tables. Never here: what a rule looks for (`warehouse/sql/findings`), what
it may do (`hub/findings/rules`), or what became of a finding (the ledger). Next:
`warehouse.releases` publishes `finding`, `finding_evidence` and `payment_hold`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

import polars as pl

from hub.findings.rules import Rule, load_rules, rule_frames
from pipelines.steps.own_logs import add_own_logs
from warehouse.workbench import Workbench, filled_sql, sql_text

SHARED_TABLES = (
    "benefit_month",
    "benefit_entitled",
    "benefit_held",
    "unit_benefit",
    "dwelling_resident",
    "monthly_income",
    "official_kin",
    "registered_death",
    "stay_abroad",
    "wage_deduction",
    "livelihood_room",
    "livelihood_work_room",
    "livelihood_resident",
    "financial_holding",
    "property_title",
    "same_identity",
)
"""What several rules read, in the order of building."""
WORKING_TABLES = frozenset({"recipient_index", "livelihood_resident"})
"""Live only while rules run: signatures of the people whom many rules look at."""
LAST_PARTS = (
    "month_paid_rows",
    "month_held_rows",
    "livelihood_rows",
    "person_month_rows",
    "finding_rows",
)
"""SQL files in which rules end, by the mark of the same name; each stands before those it ends in."""
HELD = {
    "person_index": ("signature_id", "person_id"),
    "signature": (
        "signature_id",
        "national_id_token",
        "full_name",
        "birth_date",
        "sex",
        "address",
        "institution_group",
    ),
}
"""What rules and shared tables read of these; of `signature` only the rows of those who receive anything."""
FINDING_TABLES = ("finding", "finding_evidence", "payment_hold")


def build_findings(
    bench: Workbench,
    demoted: Mapping[str, str] | None = None,
    *,
    released: pl.DataFrame | None = None,
    only: Collection[str] | None = None,
) -> dict[str, int]:
    """Build the finding tables of the night; return findings by rule, and rows of the tables.

    Needs the tables of `build_decisions`; without `own_log` the hub keeps no logs. A rule whose feeds
    did not arrive finds nothing; `rule_state` says what it waits for.

    Args:
        bench: the night's tables.
        demoted: rules whose findings are only counted, and why.
        released: the findings whose payment a person let go on (finding_id).
        only: the rules that run; by default all.
    """
    rules = tuple(rule for rule in load_rules() if only is None or rule.id in only)
    sql = {rule.table: rule_sql(rule) for rule in rules}
    for table, frame in rule_frames(rules, sql, demoted).items():
        bench.add(table, frame)
    if not bench.has("own_log"):
        add_own_logs(bench)
    bench.add(
        "released_hold",
        pl.DataFrame(schema={"finding_id": pl.String}) if released is None else released,
    )
    bench.build("findings", "rule_state")
    build_shared(bench, "recipient_index")
    held = {table: columns for table, columns in HELD.items() if bench.has(table)}
    with bench.holding(held, of={"signature": "recipient_index"}):
        for table in shared_tables(sql.values()):
            build_shared(bench, table)
        for rule in rules:
            show_settings(bench, rule)
            bench.build_from(rule.table, sql[rule.table])
    candidates = "\nUNION ALL\n".join(f"SELECT * FROM {rule.table}" for rule in rules)
    bench.build("findings", "finding_candidate", {"candidates": candidates})
    summary = {table: bench.build("findings", table).rows for table in FINDING_TABLES}
    found = bench.frame("SELECT rule_id, count(*) AS findings FROM finding GROUP BY rule_id")
    counts = dict(found.iter_rows())
    return {rule.id: counts.get(rule.id, 0) for rule in rules} | summary


def build_shared(bench: Workbench, table: str) -> None:
    """Build what several rules read: a table of the night, or one that lives only while they run."""
    if table not in WORKING_TABLES:
        bench.build("findings", table)
        return
    select = sql_text("findings", table)
    bench.connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {select}").fetchall()


def rule_sql(rule: Rule) -> str:
    """Return the whole SQL of `rule`: its file, and the last parts in which that ends."""
    parts = {part: sql_text("findings", part) for part in LAST_PARTS}
    # The parts name the rule, too.
    return filled_sql("findings", rule.table, parts | {"rule": rule.id})


def shared_tables(sql: Iterable[str]) -> list[str]:
    """Return which of `SHARED_TABLES` the rules read, directly or through one another."""
    texts = list(sql)
    needed = []
    for table in reversed(SHARED_TABLES):
        if any(re.search(rf"\b{table}\b", text) for text in texts):
            needed.append(table)
            texts.append(sql_text("findings", table))
    return needed[::-1]


def show_settings(bench: Workbench, rule: Rule) -> None:
    """Open the views by which the SQL of `rule` reads its numbers.

    `<id>_setting` is one row with a column a parameter; `<id>_programme` has a row a programme
    that the rule looks at, with a column a parameter of programmes.
    """
    name = rule.id.lower()
    per_programme = sorted({key for each in rule.programme_parameters.values() for key in each})
    views = {
        f"{name}_setting": "SELECT "
        + ", ".join(f"{amount} AS {key}" for key, amount in rule.settings.items())
    }
    if rule.programmes:
        views[f"{name}_programme"] = "\nUNION ALL\n".join(
            ", ".join(
                [
                    f"SELECT '{programme}' AS programme_code",
                    *(
                        f"CAST({amounts.get(key, 'NULL')} AS BIGINT) AS {key}"
                        for key in per_programme
                    ),
                ]
            )
            for programme in rule.programmes
            for amounts in [rule.programme_parameters.get(programme, {})]
        )
    for view, select in views.items():
        bench.connection.execute(f"CREATE OR REPLACE VIEW {view} AS {select}").fetchall()
