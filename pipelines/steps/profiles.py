"""Income and asset profiles of a night: persons and households, figure by figure.

Every night computes them for everybody: ages of records move with the day, new deliveries shift rows
throughout each file, and to read, merge and write the large tables takes two thirds as long or more.

Here: the order of the profile tables and what they need from the hub. Never here: what a figure
means (`warehouse/sql/profile`, `hub/profiles/kinds.toml`). Next: `pipelines.steps.decisions`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

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

OF_COUNTRY = ("feed", "person_number", "profile_source", "income_record", "income_source_month")
"""What is known of sources, whoever's records they are."""

OF_PEOPLE = (
    "signature_person",
    "income_item",
    "income_repeated",
    "income_total",
    "income",
    "income_report",
    "income_of_month",
    "asset_record",
    "asset_item",
    "asset_total",
    "asset",
    "profile_evidence",
    "figure_total",
    "person_sources",
    "household_figure_total",
    "household_sources",
    "source_list",
    "profile_figure",
    "profile_person",
)
"""What a person's own records tell: for some people of `person_number` as for all, row by row."""

OF_HOUSEHOLDS = ("household_figure_total", "household_sources", "source_list")
"""Working tables of `OF_PEOPLE` that add up members, who may be among different people."""

OF_TABLES = (
    "income_conflict",
    "person_circumstance",
    "vehicle_treatment",
    "profile_household_figure",
    "profile_household",
)
"""What rests on finished tables."""

STEPS = (*OF_COUNTRY, *OF_PEOPLE, *OF_TABLES)
"""What is built, in this order; all but the working tables and views are tables of the night."""

PEOPLE_AT_A_TIME = 2_000_000
"""Of so many people the working tables stay within some GiB; of more they are made part by part."""

WORKING_TABLES = frozenset(
    {
        "person_number",
        "signature_person",
        "profile_source",
        "income_source_month",
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

_LARGE = ("signature_person", "income_item", "income_report", "asset_record")
"""Working tables that would stand beside those of the next people."""

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


def build_profiles(
    bench: Workbench,
    known_at: dt.datetime | None = None,
    *,
    people_at_a_time: int = PEOPLE_AT_A_TIME,
) -> dict[str, int]:
    """Build the profile tables of the night; return rows by table.

    Needs the family tables, `person_index`, `person`, `household`, `household_member`, `night`,
    `delivery` and `document_type` on the workbench. Without `feed_guard` no feed is suspect.

    Args:
        bench: the night's tables; `night` says for which date and month.
        known_at: leave out deliveries that their senders made later, and law published later: what a
            profile of that date was when this was known. By default everything on the workbench counts.
        people_at_a_time: how many people's records are held at once; the rows are the same.
    """
    bench.add("knowledge", pl.DataFrame({"known_at": [known_at]}, schema={"known_at": pl.Datetime}))
    add_parameters(bench)
    bench.add("profile_kind", ordered_kinds())
    bench.add("feed_limit", feed_limits())
    if not bench.has("feed_guard"):
        bench.add("feed_guard", nothing_guarded())
    built = _build(bench, OF_COUNTRY)
    people = int(bench.value("SELECT count(*) FROM person_number"))
    if people > people_at_a_time and bench.writes_blocks:
        built |= _build_in_parts(bench, people, people_at_a_time)
    else:
        built |= _build(bench, OF_PEOPLE)
    return built | _build(bench, OF_TABLES)


def _build(bench: Workbench, steps: Sequence[str], blocks: Path | None = None) -> dict[str, int]:
    """Build `steps`, their tables as files in `blocks` where that is given; return rows by table."""
    built = {}
    for name in steps:
        if name in WORKING_TABLES:
            _make(bench, "TEMP TABLE", name)
        elif name in WORKING_VIEWS:
            _make(bench, "TEMP VIEW", name)
        elif blocks is not None:
            bench.copy(sql_text("profile", name), blocks / f"{name}.parquet")
        else:
            built[name] = bench.build("profile", name).rows
        if name == "profile_source":
            bench.encode_words(name, SOURCE_WORDS)
    return built


def _build_in_parts(bench: Workbench, people: int, people_at_a_time: int) -> dict[str, int]:
    """Build what `OF_PEOPLE` says for some people after the other, in their order; return rows by table."""
    of_all, summed = "person_number_of_all", "figure_total_of_all"
    bench.run(f"ALTER TABLE person_number RENAME TO {of_all}")
    built = {}
    with bench.blocks_folder("profiles") as folder:
        parts = []
        for first in range(1, people + 1, people_at_a_time):
            bench.run(
                f"CREATE OR REPLACE TEMP TABLE person_number AS FROM {of_all}"
                f" WHERE person_no BETWEEN {first} AND {first + people_at_a_time - 1}"
            )
            parts.append(folder / f"{first}")
            parts[-1].mkdir()
            _build(bench, OF_PEOPLE, parts[-1])
            into = (
                f"INSERT INTO {summed}"
                if first > 1
                else f"CREATE OR REPLACE TEMP TABLE {summed} AS"
            )
            bench.run(f"{into} FROM figure_total", *map(_dropped, _LARGE))
        for name in OF_PEOPLE:
            if name in PROFILE_TABLES:
                built[name] = bench.join_blocks(
                    name, [part / f"{name}.parquet" for part in parts]
                ).rows
    for name, whole in (("person_number", of_all), ("figure_total", summed)):
        bench.run(f"DROP TABLE {name}", f"ALTER TABLE {whole} RENAME TO {name}")
    return built | _build(bench, OF_HOUSEHOLDS)


def _dropped(table: str) -> str:
    return f"DROP TABLE {table}"


def _make(bench: Workbench, kind: str, name: str) -> None:
    bench.run(f"CREATE OR REPLACE {kind} {name} AS {sql_text('profile', name)}")
