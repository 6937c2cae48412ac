"""`hub households`: which units a person is in and why, and how many people have one.

Here: options, reading the current release, printing. Never here: forming units
(`warehouse/sql/households`) or looking them up (`hub.households.look_up`). IDs of people and units
are opaque; nothing here shows a name, an address or a national ID.
"""

from __future__ import annotations

import datetime as dt
import sys
from contextlib import suppress
from typing import Annotated

import polars as pl
import typer
from rich.console import Console
from rich.tree import Tree

from hub.households.look_up import members_of_unit, resolve_unit, units_of_person
from hub.identity.person_ids import PERSON_PREFIX
from hub.output import fail, print_rows
from warehouse.access_log.options import By, Purpose, UnderCase, command_access
from warehouse.layout import Layout
from warehouse.ledger import Ledger, LedgerError
from warehouse.releases import Release, current

households_app = typer.Typer(help="Households and assistance units.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON array and nothing else.")]
Day = Annotated[
    dt.datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="The day asked about; the release's night by default."),
]
KnownAt = Annotated[
    dt.datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="As the hub knew it on this day; now by default."),
]
_TO_A_FILE = 180
"""Columns of a tree that goes to a file or a pipe."""


@households_app.command("show")
def show(
    who: Annotated[str, typer.Argument(help="A person ID or a unit ID, also one that has ended.")],
    *,
    as_of: Day = None,
    known_at: KnownAt = None,
    by: By = None,
    purpose: Purpose = None,
    case: UnderCase = None,
    as_json: AsJson = False,
) -> None:
    """Show the units of a person, or the members of a unit: role, reason and source of each."""
    release = _release(Layout.from_environment())
    with command_access(
        "households show",
        "units of a person or members of a unit",
        subjects=[who] if who.startswith(PERSON_PREFIX) else [],
        by=by,
        purpose=purpose,
        case=case,
        categories=("household",),
        release=release.release_id,
    ) as access:
        day = as_of.date() if as_of else release.night
        who, rows = _members(release, who, day, known_at.date() if known_at else None)
        access.about([who])
        access.saw(subjects=rows["person_id"].unique().to_list(), rows=rows.height)
        if as_json:
            print_rows(rows.to_dicts(), as_json=True)
        else:
            width = None if sys.stdout.isatty() else _TO_A_FILE
            Console(width=width).print(_tree(who, day, rows))


def _members(
    release: Release, who: str, day: dt.date, known: dt.date | None
) -> tuple[str, pl.DataFrame]:
    """Return the ID as it is now, and the members of its units; ends the command without any."""
    named_on = known or release.night
    membership = pl.scan_parquet(release.table("unit_membership"))
    if who.startswith(PERSON_PREFIX):
        who = _person(Layout.from_environment(), who, named_on)
        mine = membership.filter(pl.col("person_id") == who).select("unit_family", "unit_id")
        nearby = membership.join(mine.unique(), on=["unit_family", "unit_id"], how="semi").collect()
        rows = units_of_person(nearby, who, day, known)
    else:
        who = _unit(release, who, named_on)
        rows = members_of_unit(
            membership.filter(pl.col("unit_id") == who).collect(), who, day, known
        )
    if rows.is_empty():
        fail(f"{who} is in no unit on {day}" + (f", as known on {known}" if known else ""))
    return who, rows


@households_app.command("coverage")
def coverage(*, as_json: AsJson = False) -> None:
    """Say how many people have a unit, by kind of unit, and why the others have none."""
    release = _release(Layout.from_environment())
    rows = pl.read_parquet(release.table("household_coverage"))
    print_rows(rows.to_dicts(), as_json=as_json, title=f"night {release.night}")


def _tree(who: str, day: dt.date, rows: pl.DataFrame) -> Tree:
    tree = Tree(f"{who} on {day}")
    for (family, unit_id), members in rows.group_by("unit_family", "unit_id", maintain_order=True):
        size = members["is_counted"].sum()
        branch = tree.add(f"{family} {unit_id}: {size} counted of {members.height}")
        for row in members.iter_rows(named=True):
            counted = "" if row["is_counted"] else ", not counted"
            source = " ".join(
                str(row[name]) for name in ("delivery_id", "line") if row[name] is not None
            )
            until = f" to {row['valid_to']}" if row["valid_to"] else ""
            branch.add(
                f"{row['person_id']} {row['role']}{counted}: {row['reason']} ({row['status']})"
                f" since {row['valid_from']}{until}; {source or 'no record of its own'}"
            )
    return tree


def _release(layout: Layout) -> Release:
    release = current(layout)
    if release is None or "unit_membership" not in release.tables:
        fail("no release with units yet; run `hub night` first")
    return release


def _person(layout: Layout, person_id: str, day: dt.date) -> str:
    try:
        with Ledger.open(layout.ledger_url) as ledger:
            return ledger.resolve_person(person_id, day)
    except LedgerError as error:
        fail(error)


def _unit(release: Release, unit_id: str, day: dt.date) -> str:
    """Follow a unit's ID in the first family that knows where it leads."""
    events = pl.read_parquet(release.table("unit_event"))
    families = events.filter(pl.col("unit_id") == unit_id)["unit_family"].unique().sort()
    for family in families.to_list():
        with suppress(LookupError):
            return resolve_unit(events, family, unit_id, day)
    return fail(f"no unit {unit_id}; `hub households show PERSON` names the units of a person")
