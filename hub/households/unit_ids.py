"""IDs of units that no register numbers, and the events of all units.

Here: naming clusters of members by overlap, and telling what became of units. Never here: who is in
a unit (`warehouse/sql/households`). Next: `unit_name` and `unit_event` of a release.

Units of `hub.households.units.MINTED` get opaque IDs of their own, `U` and ten letters and digits; the
others bear the ID of a registered household or of a person. A couple that begins takes over the ID of
one of the two, a widow keeps the couple's: the unit goes on as long as most of it does.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from hub.households.units import MINTED
from hub.identity.carry_over import affected_part, carry_over
from hub.identity.identifier_events import EVENT_SCHEMA, tell_events
from hub.identity.person_ids import mint_identifiers

UNIT_PREFIX = "U"
NAME_SCHEMA = {"unit_family": pl.String, "member": pl.String, "unit_id": pl.String}
UNIT_EVENT_SCHEMA = {
    "night": pl.Date,
    "unit_family": pl.String,
    "kind": pl.String,
    "unit_id": pl.String,
    "other_unit_id": pl.String,
    "members": pl.Int64,
}
"""Kinds of events: those of `hub.identity.identifier_events`."""
_BETWEEN = "/"


@dataclass(frozen=True, slots=True)
class UnitNames:
    """`names`: (`unit_family`, `member`, `unit_id`); `events`: `UNIT_EVENT_SCHEMA`."""

    names: pl.DataFrame
    events: pl.DataFrame


def name_units(
    clusters: pl.DataFrame,
    previous: pl.DataFrame,
    events: pl.DataFrame,
    night: dt.date,
    key: bytes,
) -> UnitNames:
    """Give every cluster its ID.

    Args:
        clusters: (`unit_family`, `member`, `cluster`), each member once a family.
        previous: `NAME_SCHEMA` of the last night; empty on the first.
        events: `UNIT_EVENT_SCHEMA` of all nights so far; says how many IDs were minted.
        night: day of the new events.
        key: secret of the IDs' permutation; the same for ever.
    """
    tonight = clusters.select(
        _joined("unit_family", "member").alias("member"),
        _joined("unit_family", "cluster").alias("cluster"),
    )
    before = previous.select(
        _joined("unit_family", "member").alias("member"), identifier=pl.col("unit_id")
    )
    affected, was = affected_part(tonight, before)
    minted = events.filter(
        (pl.col("kind") == "created") & pl.col("unit_family").is_in(list(MINTED))
    )
    carried = carry_over(
        affected,
        was,
        minted.height,
        lambda first, count: mint_identifiers(first, count, key, UNIT_PREFIX),
    )
    unchanged = before.join(was, on="identifier", how="anti")
    named = pl.concat([carried.members, unchanged])
    owners = pl.concat([named, was]).select(
        identifier="identifier", unit_family=pl.col("member").str.split(_BETWEEN).list.first()
    )
    return UnitNames(
        clusters.with_columns(_joined("unit_family", "member").alias("long"))
        .join(named, left_on="long", right_on="member")
        .select("unit_family", "member", unit_id="identifier")
        .sort("unit_family", "member"),
        _dated(carried.events.join(owners.unique("identifier"), on="identifier"), night),
    )


def tell_unit_events(
    previous: pl.DataFrame, tonight: pl.DataFrame, former: pl.DataFrame, night: dt.date
) -> pl.DataFrame:
    """Return tonight's events of units that bear the ID of a household or a person.

    Args:
        previous: (`unit_family`, `unit_id`, `person_id`) of the last night.
        tonight: the same of tonight.
        former: the same of units that ended before: what they ever held.
        night: day of the events.
    """
    told = []
    if previous.height:
        previous, tonight = _changed_units(previous, tonight)
    families = pl.concat([previous["unit_family"], tonight["unit_family"]]).unique().sort()
    for family in families.to_list():
        if family in MINTED:
            continue
        was, now, ended = (
            frame.filter(pl.col("unit_family") == family).select(
                member="person_id", identifier="unit_id"
            )
            for frame in (previous, tonight, former)
        )
        events = _events_of(was, now, ended)
        told.append(_dated(events.with_columns(unit_family=pl.lit(family)), night))
    return pl.concat([pl.DataFrame(schema=UNIT_EVENT_SCHEMA), *told])


def _changed_units(
    previous: pl.DataFrame, tonight: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows of units that somebody left or joined: of the others there is nothing to tell."""
    unit, row = ["unit_family", "unit_id"], ["unit_family", "unit_id", "person_id"]
    left = previous.join(tonight, on=row, how="anti")
    joined = tonight.join(previous, on=row, how="anti")
    changed = pl.concat([left.select(unit), joined.select(unit)]).unique()
    return previous.join(changed, on=unit, how="semi"), tonight.join(changed, on=unit, how="semi")


def _events_of(was: pl.DataFrame, now: pl.DataFrame, ended: pl.DataFrame) -> pl.DataFrame:
    flows = (
        was.rename({"identifier": "old"})
        .join(now, on="member")
        .group_by("old", "identifier")
        .agg(shared=pl.len(), first=pl.col("member").min())
    )
    begun = now.select("identifier").unique().join(was, on="identifier", how="anti")
    back = begun.join(ended, on="identifier", how="semi")
    new = begun.join(ended, on="identifier", how="anti")
    if was.is_empty() and now.is_empty():
        return pl.DataFrame(schema=EVENT_SCHEMA)
    return tell_events(
        flows, was, now, new, back, ended.unique(), None, pl.Series([], dtype=pl.String)
    )


def _joined(family: str, column: str) -> pl.Expr:
    return pl.concat_str(family, column, separator=_BETWEEN)


def _dated(events: pl.DataFrame, night: dt.date) -> pl.DataFrame:
    return events.select(
        night=pl.lit(night),
        unit_family="unit_family",
        kind="kind",
        unit_id="identifier",
        other_unit_id="other",
        members=pl.col("member_count").cast(pl.Int64),
    ).sort("unit_family", "kind", "unit_id", "other_unit_id")
