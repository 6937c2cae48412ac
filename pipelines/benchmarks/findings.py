"""How much planted improper receipt the detection rules find, and how much else they report.

Here: a simulated country is landed and taken through the stages, and the findings are compared
with the truth, rule by rule and person by person. Never here: rules (`warehouse/sql/findings`)
or planting (`sources.country`). The hub itself never sees the truth.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import polars as pl

from hub.delivery import DeliveryStopped
from pipelines.steps.context import NightContext
from pipelines.steps.families import build_night_tables, open_bench
from pipelines.steps.intake import drop, take_deliveries
from pipelines.steps.landing import write_delivery_rows
from pipelines.steps.stages import (
    decide_programmes,
    find_improper_receipt,
    form_households,
    index_people,
    profile_people,
)
from sources.country.nights import PopulatedCountry, render_nights
from warehouse.layout import Layout
from warehouse.vault import IdTokeniser, root_key

NIGHT = dt.date(2026, 3, 31)
SEED = 7
RULES = ("D01", "D10", "D11", "D19", "D20", "D28")


def measure_findings(people: int) -> list[dict[str, object]]:
    """Simulate `people`, land one night without expectations, and compare findings with truth.

    Returns one row a rule: people planted and found, shares in thousandths of planted people
    who are found (`recall`) and of found people who were planted (`precision`).
    """
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as scratch:
        home = Path(scratch)
        layout = Layout(home / "hub")
        layout.prepare()
        nights, truth = home / "nights", home / "truth"
        render_nights(PopulatedCountry(people, SEED, NIGHT), SEED, NIGHT, 1, nights, truth)
        drop(nights / f"{NIGHT:%Y%m%d}", layout.landing)
        context = NightContext(layout, NIGHT)
        land_without_expectations(context)
        build_night_tables(context)
        for stage in (
            index_people,
            form_households,
            profile_people,
            decide_programmes,
            find_improper_receipt,
        ):
            stage(context)
        return compare_findings(context, truth)


def land_without_expectations(context: NightContext) -> None:
    """Land everything that waits; expectations cost most of a night and change no row."""
    take_deliveries(context)
    for document in context.catalogue.documents.values():
        for record in context.ledger.pending(document.code):
            try:
                opened, counts = write_delivery_rows(context, document, record)
            except DeliveryStopped as stopped:
                context.ledger.mark_stopped(record.delivery_id, stopped, None)
                continue
            folder = context.layout.delivery(document.code, record.delivery_id)
            context.ledger.mark_landed(
                record.delivery_id,
                counts,
                schema_version=opened.version.number,
                part_count=len(list(folder.glob("part-*.parquet"))),
            )


def planted_people(context: NightContext, truth: Path) -> pl.DataFrame:
    """Return the planted cases with the `person_id` that the night gave their people.

    Columns: rule_id, person_number, person_id (null for people whom the hub does not know).
    """
    persons = pl.read_parquet(truth / "person.parquet", columns=["person_number", "national_id"])
    tokens = IdTokeniser(root_key(context.layout)).tokens(persons["national_id"])
    with open_bench(context) as bench:
        known = bench.frame(
            "SELECT replace(national_id_token::VARCHAR, '-', '') AS token, person_id "
            "FROM person_token"
        )
    numbered = persons.select(
        pl.col("person_number").cast(pl.Int64), tokens.bin.encode("hex").alias("token")
    ).join(known, on="token", how="left")
    cases = pl.read_parquet(truth / "planted_cases.parquet")
    return cases.select("rule_id", pl.col("person_number").cast(pl.Int64)).join(
        numbered.select("person_number", "person_id"), on="person_number", how="left"
    )


def compare_findings(context: NightContext, truth: Path) -> list[dict[str, object]]:
    """Compare the night's findings with the planted cases; one row a rule."""
    planted = planted_people(context, truth)
    with open_bench(context) as bench:
        found = bench.frame("SELECT DISTINCT rule_id, person_id FROM finding")
    rows: list[dict[str, object]] = []
    for rule in RULES:
        # A null person is somebody planted whom the index lost: never found.
        meant = planted.filter(pl.col("rule_id") == rule)
        told = set(found.filter(pl.col("rule_id") == rule)["person_id"])
        wanted = set(meant["person_id"].drop_nulls())
        both = len(wanted & told)
        rows.append(
            {
                "rule": rule,
                "planted": meant["person_number"].n_unique(),
                "found": len(told),
                "found_of_planted": both,
                "recall": _share(both, meant["person_number"].n_unique()),
                "precision": _share(both, len(told)),
            }
        )
    return rows


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 3) if whole else None
