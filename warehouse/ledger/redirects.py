"""Where ended person IDs lead to: the newest word of the events, followed to its end.

Here: reading redirects out of `person_event`, and refusing events that would lead in a circle.
Never here: who ends and who goes on (`hub.identity.carry_over`). Next: `warehouse.ledger.people`
answers from it, and the person index tells when an ended ID leads elsewhere.
"""

from __future__ import annotations

import datetime as dt

import polars as pl
from sqlalchemy import Connection, func, select

from warehouse.ledger.book import OnKnown, frame_of, insert_frame
from warehouse.ledger.errors import LedgerError
from warehouse.ledger.records import PersonEventKind
from warehouse.ledger.schema import PERSON, PERSON_EVENT

LEADS_AWAY = (PersonEventKind.MERGED, PersonEventKind.REDIRECTED)
COMES_BACK = (PersonEventKind.RESURRECTED, PersonEventKind.SPLIT, PersonEventKind.CREATED)

_LEADING = {
    "event_id": pl.Int64,
    "person_id": pl.String,
    "kind": pl.String,
    "night": pl.Date,
    "other_person_id": pl.String,
    "run": pl.String,
}


def last_event_id(connection: Connection) -> int:
    """Return the number of the newest person event, 0 if there is none."""
    return connection.execute(select(func.max(PERSON_EVENT.c.event_id))).scalar() or 0


def leading_events(connection: Connection) -> pl.DataFrame:
    """Return what leads away or back, of everyone who was ever led away; in order of time."""
    event = PERSON_EVENT.c
    led = select(event.person_id).where(event.kind.in_(LEADS_AWAY))
    query = (
        select(*(event[name] for name in _LEADING))
        .where(event.person_id.in_(led), event.kind.in_([*LEADS_AWAY, *COMES_BACK]))
        .order_by(event.night, event.event_id)
    )
    return frame_of(connection, query, _LEADING)


def next_steps(leading: pl.DataFrame, as_of: dt.date | None = None) -> pl.DataFrame:
    """Return (`person_id`, `other_person_id`, `event_id`) of everyone who is led away."""
    told = leading if as_of is None else leading.filter(pl.col("night") <= as_of)
    return (
        told.group_by("person_id", maintain_order=True)
        .last()
        .filter(pl.col("kind").is_in(list(LEADS_AWAY)))
        .select("person_id", "other_person_id", "event_id")
    )


def follow(steps: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Follow steps to their ends, each round twice as far.

    Returns (`person_id`, `other_person_id`) of those that end, and of those that go in a circle.
    """
    reached = steps.select("person_id", "other_person_id")
    for _ in range(reached.height.bit_length() + 1):
        further = reached.rename({"person_id": "other_person_id", "other_person_id": "further"})
        if reached.join(further, on="other_person_id", how="semi").is_empty():
            break
        reached = reached.join(further, on="other_person_id", how="left").select(
            "person_id", other_person_id=pl.coalesce("further", "other_person_id")
        )
    in_circle = reached.join(steps, left_on="other_person_id", right_on="person_id", how="semi")
    ended = reached.join(in_circle, on="person_id", how="anti")
    return ended.sort("person_id"), in_circle.sort("person_id")


def settle_redirects(connection: Connection, before: int) -> None:
    """Make the events after number `before` lead somewhere, in the open transaction.

    Whoever others are led to goes on: if an older event led them away (a release was taken back,
    say), they are written down as come back.

    Raises:
        LedgerError: an event leads to nobody, or events lead in a circle.
    """
    event = PERSON_EVENT.c
    fresh = (event.event_id > before) & event.kind.in_(LEADS_AWAY)
    to_nobody = (
        select(event.person_id)
        .join(PERSON, PERSON.c.person_id == event.other_person_id, isouter=True)
        .where(fresh, PERSON.c.person_id.is_(None))
        .limit(1)
    )
    stray = connection.execute(to_nobody).scalar()
    if stray is not None:
        message = f"an event leads person {stray} to nobody that the ledger knows"
        raise LedgerError(message)
    leading = leading_events(connection)
    is_new = (pl.col("event_id") > before) & pl.col("kind").is_in(list(LEADS_AWAY))
    new = leading.filter(is_new)
    if new.is_empty():
        return
    came_back = [
        new.filter(pl.col("night") == night)
        .select("night", "run", person_id="other_person_id")
        .unique("person_id", keep="last", maintain_order=True)
        .join(
            next_steps(leading, night).filter(pl.col("event_id") <= before),
            on="person_id",
            how="semi",
        )
        for night in new["night"].unique().sort()
    ]
    rows = pl.concat(came_back).with_columns(
        kind=pl.lit(PersonEventKind.RESURRECTED.value),
        reason=pl.lit("others were merged into it"),
        other_person_id=pl.lit(""),
    )
    if insert_frame(connection, PERSON_EVENT, rows, OnKnown.SKIP):
        leading = leading_events(connection)
    earliest = new["night"].min()
    for night in leading.filter(pl.col("night") >= earliest)["night"].unique().sort():
        _, in_circle = follow(next_steps(leading, night))
        if in_circle.height:
            message = (
                f"the events of {night} lead person {in_circle['person_id'][0]} in a circle; "
                "nothing was added"
            )
            raise LedgerError(message)
