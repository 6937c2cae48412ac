"""Reviewing the access log: run the rules over the last months, and ask for explanations.

Here: gathering what the rules look at from the log, the ledger and the current release. Never here:
the rules (`warehouse/sql/access`) or deciding an alert. Next: `hub log detect`, and the night after its
release; people answer with `hub log explain` and decide with `hub log review`.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import polars as pl

from warehouse.access_log.detection import (
    AREA_SCHEMA,
    CASE_SCHEMA,
    KIN_SCHEMA,
    PROTECTED_SCHEMA,
    AccessHistory,
    detect,
)
from warehouse.access_log.frames import read_accesses, read_subjects
from warehouse.layout import Layout
from warehouse.ledger import Ledger
from warehouse.releases import Release, current
from warehouse.workbench import Workbench, sql_text

LOOK_BACK = dt.timedelta(days=92)
"""A quarter: long enough to see silence and what is usual, short enough to run every night."""
_KIN_TABLES = ("family_graph", "household_member")


def review_accesses(layout: Layout, ledger: Ledger, as_of: dt.date) -> int:
    """Run all rules over the quarter that ends with `as_of`; return how many alerts are new.

    Alerts whose ledger entry stands already are not asked about again.
    """
    history = gather_history(layout, ledger, as_of)
    if history is None:
        return 0
    alerts = detect(history)
    return ledger.raise_alerts(alerts.raised, alerts.entries, as_of)


def gather_history(layout: Layout, ledger: Ledger, as_of: dt.date) -> AccessHistory | None:
    """Return what the rules look at; None while nothing was logged by `as_of`."""
    accesses = read_accesses(layout, since=as_of - LOOK_BACK, until=as_of)
    if accesses is None or accesses.is_empty():
        return None
    release = current(layout)
    officials = ledger.officials()
    return AccessHistory(
        accesses,
        read_subjects(layout, accesses),
        officials,
        kin=_kin(release, officials) if release else KIN_SCHEMA.to_frame(),
        cases=ledger.cases().select(*CASE_SCHEMA),
        areas=_areas(release) if release else AREA_SCHEMA.to_frame(),
        protected=_protected(layout),
    )


def _areas(release: Release) -> pl.DataFrame:
    if "person" not in release.tables:
        return AREA_SCHEMA.to_frame()
    return pl.read_parquet(
        release.table("person"), columns=["person_id", "legal_dong_code"]
    ).rename({"legal_dong_code": "area_code"})


def _kin(release: Release, officials: pl.DataFrame) -> pl.DataFrame:
    """Return the officials themselves, their relatives and households, as the release has them."""
    known = officials.drop_nulls("person_id")
    if known.is_empty() or not set(_KIN_TABLES) <= set(release.tables):
        return known.select("actor", "person_id", kinship=pl.lit("self")).unique()
    with tempfile.TemporaryDirectory() as scratch:
        bench = Workbench(Path(scratch) / "tables", Path(scratch) / "spill")
        with bench.connection:
            bench.build_from("night", f"SELECT DATE '{release.night}' AS as_of")
            bench.add("official", officials)
            for table in _KIN_TABLES:
                bench.add(table, pl.read_parquet(release.table(table)))
            return bench.frame(sql_text("findings", "official_kin"))


def _protected(layout: Layout) -> pl.DataFrame:
    """Return the list of protected people: one person ID a line, kept by the privacy officer."""
    path = layout.access / "protected-people.txt"
    if not path.exists():
        return PROTECTED_SCHEMA.to_frame()
    listed = [line.strip() for line in path.read_text("utf-8").splitlines() if line.strip()]
    return pl.DataFrame({"person_id": listed}, schema=PROTECTED_SCHEMA)
