"""Income and asset profiles of a night: persons and households, figure by figure.

Every night computes them for everybody: ages of records move with the day, new deliveries shift rows
throughout each file, and to read, merge and write the large tables takes two thirds as long or more.

Here: the order of the profile tables and what they need from the hub. Never here: what a figure
means (`warehouse/sql/profile`, `hub/profiles/kinds.toml`). Next: `pipelines.steps.decisions`.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from hub.profiles.kinds import feed_limits
from hub.profiles.precedence import ordered_kinds
from hub.programmes.parameters import (
    in_force,
    load_parameters,
    parameter_frame,
    region_frame,
)
from pipelines.steps.feed_guard import nothing_guarded
from warehouse.workbench import Workbench, sql_text

STEPS = (
    "feed",
    "person_number",
    "signature_person",
    "profile_source",
    "income_record",
    "income_year",
    "income_item",
    "income_repeated",
    "income_total",
    "income",
    "income_report",
    "income_of_month",
    "income_conflict",
    "asset_record",
    "asset_item",
    "asset_total",
    "asset",
    "person_circumstance",
    "vehicle_treatment",
    "profile_evidence",
    "figure_total",
    "person_sources",
    "household_figure_total",
    "household_sources",
    "source_list",
    "profile_figure",
    "profile_person",
    "profile_household_figure",
    "profile_household",
)
"""What is built, in this order; all but the working tables and views are tables of the night."""

WORKING_TABLES = frozenset(
    {
        "person_number",
        "signature_person",
        "profile_source",
        "income_year",
        "income_item",
        "income_repeated",
        "income_report",
        "asset_record",
        "asset_total",
        "figure_total",
        "person_sources",
        "household_figure_total",
        "household_sources",
        "source_list",
    }
)
"""Live only while the profiles are built. In them people and deliveries are numbers, not IDs."""

WORKING_VIEWS = frozenset({"income_record", "income_total"})

PROFILE_TABLES = tuple(name for name in STEPS if name not in WORKING_TABLES | WORKING_VIEWS)

SOURCE_WORDS = (
    "document_type",
    "delivery_id",
    "income_asset_code",
    "figure",
    "overlap",
    "status",
    "method",
)
"""Columns of `profile_source` that records carry on into the profile tables."""


def night_of(bench: Workbench) -> dt.date:
    """Return the day on which the night looks at the country."""
    day = bench.value("SELECT as_of FROM night")
    if not isinstance(day, dt.date):
        raise TypeError("table night, column as_of: expected a date")
    return day


def known_at_of(bench: Workbench) -> dt.datetime | None:
    """Return the instant up to which deliveries and law are known; null: all that has arrived."""
    known_at = bench.value("SELECT known_at FROM knowledge") if bench.has("knowledge") else None
    if not isinstance(known_at, dt.datetime | None):
        raise TypeError("table knowledge, column known_at: expected a timestamp")
    return known_at


def add_parameters(bench: Workbench) -> None:
    """Add `parameter_value`, `parameter_in_force` (on the night's date) and `property_region`.

    In force is what was published by the night's date, or by that of the table `knowledge`.
    """
    values = load_parameters()
    known_at = known_at_of(bench)
    known_day = known_at.date() if known_at else None
    bench.add("parameter_value", parameter_frame(values))
    bench.add("parameter_in_force", parameter_frame(in_force(values, night_of(bench), known_day)))
    bench.add("property_region", region_frame())


def build_profiles(bench: Workbench, known_at: dt.datetime | None = None) -> dict[str, int]:
    """Build the profile tables of the night; return rows by table.

    Needs the family tables, `person_index`, `person`, `household`, `household_member`, `night`,
    `delivery` and `document_type` on the workbench. Without `feed_guard` no feed is suspect.

    Args:
        bench: the night's tables; `night` says for which date and month.
        known_at: leave out deliveries that their senders made later, and law published later: what a
            profile of that date was when this was known. By default everything on the workbench counts.
    """
    bench.add("knowledge", pl.DataFrame({"known_at": [known_at]}, schema={"known_at": pl.Datetime}))
    add_parameters(bench)
    bench.add("profile_kind", ordered_kinds())
    bench.add("feed_limit", feed_limits())
    if not bench.has("feed_guard"):
        bench.add("feed_guard", nothing_guarded())
    built = {}
    for name in STEPS:
        if name in WORKING_TABLES:
            _make(bench, "TEMP TABLE", name)
        elif name in WORKING_VIEWS:
            _make(bench, "TEMP VIEW", name)
        else:
            built[name] = bench.build("profile", name).rows
        if name == "profile_source":
            bench.encode_words(name, SOURCE_WORDS)
    return built


def _make(bench: Workbench, kind: str, name: str) -> None:
    text = sql_text("profile", name)
    bench.connection.execute(f"CREATE OR REPLACE {kind} {name} AS {text}").fetchall()
