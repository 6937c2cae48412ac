"""The IDs of people and households: minted once, never reused, every change with its reason.

Here: the minted IDs and their append-only events. Never here: linking (`hub.identity`) or who is
in a household (`hub.households`). Next: the person index binds signatures to these IDs.

An anchor is what an ID was minted for, as text: the UUID of a national-ID token, a household's
key, or nothing. IDs are minted from a sequence that starts at 0 and every minted ID is written
down, so the number of rows is the next sequence number. IDs of a night that was never published
are not written down: nobody has seen them, and the night's next try mints the same ones.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from sqlalchemy import Connection, Table, func, select

from warehouse.ledger.book import Book, OnKnown, frame_of, insert_frame
from warehouse.ledger.errors import LedgerError
from warehouse.ledger.records import Minted, PersonEventKind
from warehouse.ledger.redirects import (
    COMES_BACK,
    LEADS_AWAY,
    follow,
    last_event_id,
    leading_events,
    next_steps,
    settle_redirects,
)
from warehouse.ledger.schema import HOUSEHOLD, HOUSEHOLD_EVENT, PERSON, PERSON_EVENT
from warehouse.ledger.seals import seal

_IDS_AT_ONCE = 500
_MINTED = {"anchor": pl.String, "minted_in": pl.Date}
_EVENT = {"kind": pl.String, "night": pl.Date, "reason": pl.String}
_ORIGIN = {
    "run": pl.String,
    "model_version": pl.String,
    "actor": pl.String,
    "evidence": pl.String,
}


class PersonBook(Book):
    """People and households.

    Frames of people have the columns person_id, anchor (String) and minted_in (Date); frames of
    events have person_id, kind, other_person_id, reason (String, null = none) and night (Date), and
    of people, where known, run, model_version, actor and evidence (String). Households have
    `household_id` and `other_household_id` in their place.
    """

    def people(self) -> pl.DataFrame:
        """Return everyone ever minted: person_id, anchor, minted_in, by person_id."""
        return self._minted(PERSON, "person_id")

    def minted_people(self, among: Sequence[str]) -> set[str]:
        """Return those of the person IDs `among` that were ever minted."""
        return self._minted_among(PERSON, "person_id", among)

    def minted_households(self, among: Sequence[str]) -> set[str]:
        """Return those of the household IDs `among` that were ever minted."""
        return self._minted_among(HOUSEHOLD, "household_id", among)

    def next_person_sequence(self) -> int:
        """Return the first sequence number that no published person ID was minted from."""
        return self._sequence(PERSON)

    def mint(self, minted: Minted) -> None:
        """Write down new IDs and the events that say why, all or nothing.

        A night's own IDs are written down by `record_release`, with the release that shows them;
        this is for IDs and events that people decide on. A known event adds nothing.

        Raises:
            LedgerError: an ID is known already, or an event's kind is not.
        """
        with self._writing() as connection:
            add_minted(connection, minted)

    def person_events(self) -> pl.DataFrame:
        """Return all events: event_id, person_id, kind, night, other_person_id, reason."""
        return self._events(PERSON_EVENT, "person")

    def person_event_origins(self) -> pl.DataFrame:
        """Return what made each event: event_id, run, model_version, actor, evidence."""
        schema = {"event_id": pl.Int64, **_ORIGIN}
        query = select(*(PERSON_EVENT.c[name] for name in schema)).order_by("event_id")
        with self._reading() as connection:
            origins = frame_of(connection, query, schema)
        return origins.with_columns(pl.col("run").replace("", None))

    def households(self) -> pl.DataFrame:
        """Return every household ever minted: household_id, anchor, minted_in."""
        return self._minted(HOUSEHOLD, "household_id")

    def next_household_sequence(self) -> int:
        """Return the first sequence number that no published household ID was minted from."""
        return self._sequence(HOUSEHOLD)

    def household_events(self) -> pl.DataFrame:
        """Return all events: event_id, household_id, kind, night, other_household_id, reason."""
        return self._events(HOUSEHOLD_EVENT, "household")

    def resolve_person(self, person_id: str, as_of: dt.date) -> str:
        """Return who `person_id` was taken for on the night of `as_of`; old IDs lead on for ever.

        Raises:
            LedgerError: no such person.
        """
        with self._reading() as connection:
            known = select(func.count()).where(PERSON.c.person_id == person_id)
            if not connection.execute(known).scalar_one():
                message = f"no person {person_id} in the ledger"
                raise LedgerError(message)
            seen = [person_id]
            while True:
                last = connection.execute(
                    select(PERSON_EVENT.c.kind, PERSON_EVENT.c.other_person_id)
                    .where(PERSON_EVENT.c.person_id == seen[-1], PERSON_EVENT.c.night <= as_of)
                    .where(PERSON_EVENT.c.kind.in_([*LEADS_AWAY, *COMES_BACK]))
                    .order_by(PERSON_EVENT.c.night.desc(), PERSON_EVENT.c.event_id.desc())
                    .limit(1)
                ).first()
                if last is None or last.kind not in LEADS_AWAY or last.other_person_id in seen:
                    return seen[-1]
                seen.append(last.other_person_id)

    def redirects(self, as_of: dt.date | None = None) -> pl.DataFrame:
        """Return who every ended ID leads to in the end: person_id, other_person_id.

        As of the night of `as_of`, or now: what `resolve_person` says, of all that lead on.
        """
        with self._reading() as connection:
            leading = leading_events(connection)
        ended, _ = follow(next_steps(leading, as_of))
        return ended

    def _minted(self, table: Table, key: str) -> pl.DataFrame:
        with self._reading() as connection:
            query = select(table).order_by(table.c[key])
            return frame_of(connection, query, {key: pl.String, **_MINTED})

    def _minted_among(self, table: Table, key: str, among: Sequence[str]) -> set[str]:
        ids = table.c[key]
        with self._reading() as connection:
            if connection.execute(select(ids).limit(1)).first() is None:
                return set()
            return {
                found
                for start in range(0, len(among), _IDS_AT_ONCE)
                for found in connection.execute(
                    select(ids).where(ids.in_(among[start : start + _IDS_AT_ONCE]))
                ).scalars()
            }

    def _events(self, table: Table, subject: str) -> pl.DataFrame:
        schema: dict[str, Any] = {"event_id": pl.Int64, f"{subject}_id": pl.String, **_EVENT}
        schema[f"other_{subject}_id"] = pl.String
        query = select(*(table.c[name] for name in schema)).order_by(table.c.event_id)
        with self._reading() as connection:
            events = frame_of(connection, query, schema)
        absent = [f"other_{subject}_id", "reason"]
        return events.with_columns(pl.col(absent).replace("", None))

    def _sequence(self, table: Table) -> int:
        with self._reading() as connection:
            return connection.execute(select(func.count()).select_from(table)).scalar_one()


def add_minted(connection: Connection, minted: Minted) -> None:
    """Write down new IDs and events in the transaction that is open on `connection`.

    Raises:
        LedgerError: an ID is known already, or an event's kind is not.
    """
    _mint(connection, PERSON, minted.people)
    _append_person_events(connection, minted.person_events)
    _mint(connection, HOUSEHOLD, minted.households)
    _append(connection, HOUSEHOLD_EVENT, "household", minted.household_events)


def _mint(connection: Connection, table: Table, minted: pl.DataFrame | None) -> None:
    if minted is None:
        return
    schema: dict[str, Any] = {f"{table.name}_id": pl.String, **_MINTED}
    rows = minted.select(pl.col(name).cast(kind) for name, kind in schema.items())
    added = insert_frame(connection, table, rows, OnKnown.SKIP)
    if added != rows.height:
        message = (
            f"{rows.height - added} of {rows.height} {table.name} IDs were minted before; "
            "nothing was added. No ID may be minted twice: read the next sequence number anew"
        )
        raise LedgerError(message)


def require_current_person(connection: Connection, person_id: str) -> None:
    """Refuse a person ID that is unknown or leads on to another.

    Raises:
        LedgerError: it is.
    """
    known = select(func.count()).where(PERSON.c.person_id == person_id)
    if not connection.execute(known).scalar_one():
        message = f"no person {person_id} in the ledger"
        raise LedgerError(message)
    ended, _ = follow(next_steps(leading_events(connection)))
    leads_to = ended.filter(person_id=person_id)["other_person_id"].to_list()
    if leads_to:
        message = f"person {person_id} ended and leads to {leads_to[0]}; name that one"
        raise LedgerError(message)


def _append_person_events(connection: Connection, events: pl.DataFrame | None) -> None:
    if events is None:
        return
    before = last_event_id(connection)
    unknown = (pl.lit(None).alias(name) for name in _ORIGIN if name not in events.columns)
    told = events.with_columns(unknown).with_columns(pl.col("run").cast(pl.String).fill_null(""))
    _append(connection, PERSON_EVENT, "person", told, _ORIGIN)
    if events["kind"].is_in(list(LEADS_AWAY)).any():
        settle_redirects(connection, before)
    seal(connection, PERSON_EVENT.name)


def _append(
    connection: Connection,
    table: Table,
    subject: str,
    events: pl.DataFrame | None,
    more: Mapping[str, Any] | None = None,
) -> None:
    if events is None:
        return
    schema: dict[str, Any] = {
        f"{subject}_id": pl.String,
        **_EVENT,
        f"other_{subject}_id": pl.String,
        **(more or {}),
    }
    rows = events.select(pl.col(name).cast(kind) for name, kind in schema.items())
    unknown = set(rows["kind"].unique()) - set(PersonEventKind)
    if unknown:
        message = f"unknown kind of {subject} event: {', '.join(sorted(unknown))}"
        raise LedgerError(message)
    # An empty text, because a null is never equal to a null in a unique key.
    rows = rows.with_columns(pl.col("reason", f"other_{subject}_id").fill_null(""))
    insert_frame(connection, table, rows, OnKnown.SKIP)
