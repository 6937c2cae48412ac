"""Income and asset profiles of a night: persons and households, figure by figure.

Here: the order of the profile tables and what they need from the hub. Never here: what a figure
means (`warehouse/sql/profile`, `hub/profiles/kinds.toml`). Next: `pipelines.steps.decisions`.
"""

from __future__ import annotations

import datetime as dt

from hub.profiles.kinds import feed_limits, profile_kinds
from hub.programmes.parameters import (
    in_force,
    load_parameters,
    parameter_frame,
    region_frame,
)
from warehouse.workbench import Workbench

PROFILE_TABLES = (
    "feed",
    "income",
    "income_of_month",
    "asset_item",
    "asset",
    "vehicle_treatment",
    "profile_figure",
    "profile_person",
    "profile_household_figure",
    "profile_household",
)


def night_of(bench: Workbench) -> dt.date:
    """Return the day on which the night looks at the country."""
    day = bench.value("SELECT as_of FROM night")
    if not isinstance(day, dt.date):
        raise TypeError("table night, column as_of: expected a date")
    return day


def add_parameters(bench: Workbench) -> None:
    """Add `parameter_value`, `parameter_in_force` (on the night's date) and `property_region`."""
    values = load_parameters()
    bench.add("parameter_value", parameter_frame(values))
    bench.add("parameter_in_force", parameter_frame(in_force(values, night_of(bench))))
    bench.add("property_region", region_frame())


def build_profiles(bench: Workbench) -> dict[str, int]:
    """Build the profile tables of the night; return rows by table.

    Needs the family tables, `person_index`, `person`, `household`, `household_member`, `night`,
    `delivery` and `document_type` on the workbench.
    """
    add_parameters(bench)
    bench.add("profile_kind", profile_kinds())
    bench.add("feed_limit", feed_limits())
    return {table: bench.build("profile", table).rows for table in PROFILE_TABLES}
