"""How much planted improper receipt the detection rules find, what else they report, and how fast.

Here: a simulated country is landed and taken through the stages, each of them timed, and the rules
find. Never here: judging what they found (`findings_truth`), rules (`warehouse/sql/findings`) or
planting (`sources.country`). The hub itself never sees the truth. Next: the tables stand in
`docs/benchmarks.md`.
"""

from __future__ import annotations

import datetime as dt
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from hub.findings.rules import load_rules
from pipelines.benchmarks.findings_feeds import measure_feed_guard
from pipelines.benchmarks.findings_truth import people_of_numbers, score_rules
from pipelines.benchmarks.landing_alone import land_without_expectations
from pipelines.steps.context import NightContext
from pipelines.steps.families import build_night_tables
from pipelines.steps.findings import build_findings
from pipelines.steps.intake import drop
from pipelines.steps.own_logs import add_own_logs
from pipelines.steps.quarantine import refused_identifiers
from pipelines.steps.stages import (
    RECEIPT_FAMILIES,
    decide_programmes,
    form_households,
    index_people,
    profile_people,
)
from sources.country.feed_faults import GUARD_RULE
from sources.country.nights import PopulatedCountry, render_nights
from sources.country.office import Office, simulate_office
from warehouse.layout import Layout
from warehouse.workbench import TableMeasure, Workbench

NIGHT = dt.date(2026, 3, 31)
SEED = 7
STAGES = (index_people, form_households, profile_people, decide_programmes)
Row = dict[str, object]


class TimedWorkbench(Workbench):
    """A workbench that remembers how long each table took."""

    def __init__(self, context: NightContext) -> None:
        tables, night = context.layout.tables(context.night), f"{context.night:%Y%m%d}"
        super().__init__(tables, zone=context.zone, night=night)
        self.seconds: dict[str, float] = {}

    def build_from(self, table: str, select: str) -> TableMeasure:
        """Build the table and remember its seconds."""
        measure = super().build_from(table, select)
        self.seconds[table] = measure.seconds
        return measure


def measure_findings(people: int, home: Path | None = None, seed: int = SEED) -> list[Row]:
    """Simulate `people`, land one night without expectations, and compare findings with truth.

    Args:
        people: how many live in the country.
        home: where the hub, the nights and the truth are kept; by default nowhere.
        seed: another seed, another country.

    Returns:
        One row a rule: rule, name, action; planted cases that must be found, subjects flagged,
        planted cases found, recall, precision, whether the rule may hold a payment, and seconds
        of the rule's own SQL. A last row has all rules together, tables that rules share
        included, and their share of the night (landing without expectations, families, all stages).
    """
    with scratch(home) as folder:
        layout = Layout(folder / "hub")
        layout.prepare()
        nights, truth = folder / "nights", folder / "truth"
        country = PopulatedCountry(people, seed, NIGHT)
        render_nights(country, seed, NIGHT, 1, nights, truth)
        drop(nights / f"{NIGHT:%Y%m%d}", layout.landing)
        context = NightContext(layout, NIGHT)
        stage_seconds: dict[str, float] = {}
        for stage in (land_without_expectations, build_night_tables, *STAGES):
            started = time.perf_counter()
            stage(context)
            stage_seconds[stage.__name__] = time.perf_counter() - started
        office = simulate_office(country.people(), NIGHT, seed)
        started = time.perf_counter()
        sql_seconds = find_timed(context, office, truth)
        stage_seconds["findings"] = time.perf_counter() - started
        guarded = measure_feed_guard(folder / "feeds", NIGHT, seed)
        return figures(context, truth, office, guarded, sql_seconds, stage_seconds)


@contextmanager
def scratch(home: Path | None) -> Iterator[Path]:
    """Give the folder `home`, or one that is gone afterwards."""
    if home is not None:
        home.mkdir(parents=True, exist_ok=True)
        yield home
        return
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as scratch:
        yield Path(scratch)


def find_timed(context: NightContext, office: Office, truth: Path) -> dict[str, float]:
    """Run all rules with the office's logs; return seconds of SQL by table."""
    with TimedWorkbench(context) as bench:
        known = people_of_numbers(context, bench, truth).select("person_number", "person_id")
        known = known.unique("person_number", keep="first", maintain_order=True)
        add_own_logs(
            bench,
            officials=_named(office.officials, known),
            actions=_named(office.actions, known),
            accesses=_named(office.accesses, known),
            cases=_named(office.cases, known),
        )
        bench.add("refused_identifier", refused_identifiers(context, RECEIPT_FAMILIES))
        bench.seconds.clear()
        build_findings(bench, released=context.ledger.released_holds())
        return bench.seconds


def _named(frame: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Give the people of an office's log the IDs that the hub gave them."""
    return frame.join(known, on="person_number", how="left", maintain_order="left").drop(
        "person_number"
    )


def figures(
    context: NightContext,
    truth: Path,
    office: Office,
    guarded: Row,
    sql_seconds: dict[str, float],
    stage_seconds: dict[str, float],
) -> list[Row]:
    """Return the rows of `measure_findings` for a night whose rules have run.

    `guarded` has the figures of the feed guard, which needs many nights of its own.
    """
    scores = score_rules(context, truth, office.truth) | {GUARD_RULE: guarded}
    rows: list[Row] = [
        {
            "rule": rule.id,
            "name": rule.name_en,
            "action": rule.action.value,
            **scores[rule.id],
            "may_hold": rule.action.value in ("AUTO", "HOLD"),
            "sql_seconds": round(sql_seconds.get(rule.table, 0.0), 3),
        }
        for rule in load_rules()
    ]
    night = sum(stage_seconds.values())
    rows.append(
        {
            "rule": "all",
            "name": f"findings are {stage_seconds['findings'] / night:.1%} of "
            f"{night:.1f} s of the night, expectations left out",
            "action": None,
            **dict.fromkeys(("planted", "flagged", "found", "recall", "precision")),
            "may_hold": None,
            "sql_seconds": round(sum(sql_seconds.values()), 3),
            "share_of_night": round(stage_seconds["findings"] / night, 4),
            "stage_seconds": {name: round(took, 2) for name, took in stage_seconds.items()},
        }
    )
    return rows
