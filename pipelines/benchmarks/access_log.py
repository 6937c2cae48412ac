"""What the rules find of misuse that was planted in a real access log, and how fast the log is.

Here: writing simulated accesses into a log, running the rules, counting. Never here: the accesses
(`sources.country.access_office`) or the rules. Next: `hub bench access-log`, and the promise that
misuse is found.
"""

from __future__ import annotations

import datetime as dt
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from sources.country.access_office import KINDS, AccessOffice, simulate_accesses
from warehouse.access_log import AccessEntry, AccessLog, AccessResult, check
from warehouse.access_log.detection import AccessHistory, Alerts, detect, load_access_rules
from warehouse.access_log.frames import read_accesses, read_subjects
from warehouse.layout import Layout

BATCH = 5000
CAUGHT_SHARE = 0.5
"""A planted case counts as found where an alert of its rule holds this share of its accesses."""


def measure_access_log(count: int = 200_000, seed: int = 7) -> list[dict[str, Any]]:
    """Return a row for each kind of misuse, and one for the whole log."""
    office = simulate_accesses(count, seed)
    with tempfile.TemporaryDirectory() as scratch:
        layout = Layout(Path(scratch))
        layout.prepare()
        started = time.perf_counter()
        write_accesses(AccessLog(layout), office.accesses)
        written = time.perf_counter() - started
        started = time.perf_counter()
        checked = check(layout)
        verified = time.perf_counter() - started
        started = time.perf_counter()
        history = read_history(layout, office)
        alerts = detect(history)
        detected = time.perf_counter() - started
    rows = score(office, history, alerts)
    rows[-1] |= {
        "problems": len(checked.problems),
        "lines_written_a_second": round(office.accesses.height / written),
        "lines_verified_a_second": round(checked.lines / verified),
        "seconds_of_detection": round(detected, 1),
    }
    return rows


def write_accesses(log: AccessLog, accesses: pl.DataFrame) -> None:
    """Write simulated accesses into a log, a batch at a time."""
    for batch in accesses.iter_slices(BATCH):
        log.append_many(list(_entries(batch)))


def read_history(layout: Layout, office: AccessOffice) -> AccessHistory:
    """Return what the rules look at: the log as it was written, and what is known about everybody."""
    accesses = read_accesses(layout)
    if accesses is None:
        raise LookupError("the log is empty")
    return AccessHistory(
        accesses,
        read_subjects(layout, accesses),
        office.officials,
        kin=office.kin,
        cases=office.cases,
        areas=office.areas,
        protected=office.protected,
    )


def score(office: AccessOffice, history: AccessHistory, alerts: Alerts) -> list[dict[str, Any]]:
    """Return a row for each kind (planted, found, recall) and one of all (false alarms)."""
    lines = history.accesses.select("number").with_columns(office.accesses["plant"])
    hits = (
        alerts.entries.with_columns(
            number=pl.col("entry_id").str.extract(r"^access-(\d+)").cast(pl.Int64)
        )
        .join(alerts.raised.select("alert_id", "rule_id"), on="alert_id")
        .join(lines, on="number")
    )
    sizes = lines.drop_nulls("plant").group_by("plant").len("accesses")
    found = (
        hits.join(office.truth, on=["plant", "rule_id"])
        .group_by("plant", "rule_id")
        .agg(found=pl.col("number").n_unique())
        .join(sizes, on="plant")
        .filter(pl.col("found") >= CAUGHT_SHARE * pl.col("accesses"))
    )
    false = hits.filter(pl.col("plant").is_null())
    names = {rule.id: rule.name_en for rule in load_access_rules()}
    total = lines.height
    rows: list[dict[str, Any]] = []
    for kind in KINDS:
        planted = office.truth.filter(rule_id=kind).height
        caught = found.filter(rule_id=kind).height
        alarms = false.filter(rule_id=kind)["number"].n_unique()
        rows.append(
            {
                "kind": kind,
                "name": names[kind],
                "planted": planted,
                "found": caught,
                "recall": round(caught / planted, 3),
                "false_alarms": alarms,
                "false_alarm_percent": round(100 * alarms / total, 3),
            }
        )
    alarms = false["number"].n_unique()
    rows.append(
        {
            "kind": "all",
            "name": f"{total} accesses, {alerts.raised.height} alerts",
            "planted": office.truth.height,
            "found": found.height,
            "recall": round(found.height / office.truth.height, 3),
            "false_alarms": alarms,
            "false_alarm_percent": round(100 * alarms / total, 3),
        }
    )
    return rows


def _entries(batch: pl.DataFrame) -> Iterator[AccessEntry]:
    for row in batch.iter_rows(named=True):
        yield AccessEntry(
            actor=row["actor"],
            action="explain",
            object="person",
            subjects=(row["person_id"],),
            purpose=row["purpose"],
            case_id=row["case_id"],
            is_break_glass=row["is_break_glass"],
            ticket=row["ticket"],
            is_download=row["is_download"],
            download_reason=row["download_reason"],
            result=AccessResult(row["result"]),
            at=row["happened_at"].replace(tzinfo=dt.UTC),
        )
