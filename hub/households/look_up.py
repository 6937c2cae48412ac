"""Which units a person is in, who is in a unit, and what a unit is called today.

Here: questions to the history of a release, on any day and as known on any day. Never here: reading
files or printing (`pipelines.household_commands`). Next: `hub households show`.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from hub.households.history import believed_on

MEMBERSHIP_COLUMNS = (
    "unit_family",
    "unit_id",
    "person_id",
    "role",
    "is_counted",
    "reason",
    "status",
    "document_type",
    "delivery_id",
    "line",
    "valid_from",
    "valid_to",
    "recorded_from",
    "recorded_to",
)


def units_of_person(
    membership: pl.DataFrame, person_id: str, as_of: dt.date, known_at: dt.date | None = None
) -> pl.DataFrame:
    """Return the rows of everybody in the units in which a person was on `as_of`.

    As known on `known_at`, by default now. `MEMBERSHIP_COLUMNS`, by family, the person first.
    """
    believed = believed_on(membership, as_of, known_at)
    units = believed.filter(pl.col("person_id") == person_id).select("unit_family", "unit_id")
    return _ordered(believed.join(units, on=["unit_family", "unit_id"], how="semi"), person_id)


def members_of_unit(
    membership: pl.DataFrame, unit_id: str, as_of: dt.date, known_at: dt.date | None = None
) -> pl.DataFrame:
    """Return the members that a unit had on `as_of`, in each family that uses its ID."""
    believed = believed_on(membership, as_of, known_at)
    return _ordered(believed.filter(pl.col("unit_id") == unit_id), None)


def resolve_unit(events: pl.DataFrame, unit_family: str, unit_id: str, as_of: dt.date) -> str:
    """Return what a unit is called on `as_of`: where merged IDs lead; a living ID is itself.

    Args:
        events: `UNIT_EVENT_SCHEMA` of `hub.households.unit_ids`.
        unit_family: family of the unit.
        unit_id: an ID that the family has or had.
        as_of: events after this day do not count.

    Raises:
        LookupError: the family never had such a unit by that day.
    """
    known = events.filter((pl.col("unit_family") == unit_family) & (pl.col("night") <= as_of))
    if not known.filter((pl.col("unit_id") == unit_id) & (pl.col("kind") == "created")).height:
        raise LookupError(f"no unit {unit_id} of {unit_family} by {as_of}")
    fates = known.filter(pl.col("kind").is_in(["merged", "retired", "resurrected"]))
    seen = [unit_id]
    while True:
        fate = fates.filter(pl.col("unit_id") == seen[-1]).sort("night").tail(1)
        if fate.is_empty() or fate["kind"].item() != "merged":
            return seen[-1]
        successor = fate["other_unit_id"].item()
        if successor in seen:
            return seen[-1]
        seen.append(successor)


def _ordered(rows: pl.DataFrame, first: str | None) -> pl.DataFrame:
    is_first = pl.col("person_id").eq_missing(pl.lit(first, pl.String))
    return rows.select(MEMBERSHIP_COLUMNS).sort(
        "unit_family", "unit_id", ~is_first, ~pl.col("is_counted"), "person_id"
    )
