"""The IDs of people and households: minted once, never reused, every change with its reason.

Here: the minted IDs and their append-only events. Never here: linking (`hub.identity`) or who is
in a household (`hub.households`). Next: the person index binds signatures to these IDs.

An anchor is what an ID was minted for, as text: the UUID of a national-ID token, or whatever
stable key a signature without one has. It is how the next night finds the same person again.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
from sqlalchemy import Table, func, select

from warehouse.ledger.book import Book, OnKnown, frame_of, insert_frame
from warehouse.ledger.errors import LedgerError
from warehouse.ledger.records import PersonEventKind
from warehouse.ledger.schema import HOUSEHOLD, HOUSEHOLD_EVENT, PERSON, PERSON_EVENT

_MINTED = {"anchor": pl.String, "minted_in": pl.Date}
_EVENT = {"kind": pl.String, "night": pl.Date, "reason": pl.String}
_LEADS_AWAY = (PersonEventKind.MERGED, PersonEventKind.REDIRECTED)
_COMES_BACK = (PersonEventKind.RESURRECTED, PersonEventKind.SPLIT, PersonEventKind.CREATED)


class PersonBook(Book):
    """People and households.

    Frames of people have the columns person_id, anchor (String) and minted_in (Date); frames of
    events have person_id, kind, other_person_id, reason (String, null = none) and night (Date).
    Households have `household_id` and `other_household_id` in their place.
    """

    def people(self) -> pl.DataFrame:
        """Return everyone ever minted: person_id, anchor, minted_in, by person_id."""
        return self._minted(PERSON, "person_id")

    def add_people(self, people: pl.DataFrame, events: pl.DataFrame | None = None) -> int:
        """Mint `people` and write down `events`, both or neither; return how many were minted.

        Raises:
            LedgerError: an ID or an anchor is known already, or an event's kind is not.
        """
        return self._add(PERSON, PERSON_EVENT, "person", people, events)

    def add_person_events(self, events: pl.DataFrame) -> int:
        """Append events; one that is known already (same night, kind, IDs) adds nothing."""
        return self._add(PERSON, PERSON_EVENT, "person", None, events)

    def person_events(self) -> pl.DataFrame:
        """Return all events: event_id, person_id, kind, night, other_person_id, reason."""
        return self._events(PERSON_EVENT, "person")

    def households(self) -> pl.DataFrame:
        """Return every household ever minted: household_id, anchor, minted_in."""
        return self._minted(HOUSEHOLD, "household_id")

    def add_households(self, households: pl.DataFrame, events: pl.DataFrame | None = None) -> int:
        """Mint `households` and write down `events`, both or neither.

        Raises:
            LedgerError: an ID or an anchor is known already, or an event's kind is not.
        """
        return self._add(HOUSEHOLD, HOUSEHOLD_EVENT, "household", households, events)

    def add_household_events(self, events: pl.DataFrame) -> int:
        """Append events; one that is known already adds nothing."""
        return self._add(HOUSEHOLD, HOUSEHOLD_EVENT, "household", None, events)

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
                    .where(PERSON_EVENT.c.kind.in_([*_LEADS_AWAY, *_COMES_BACK]))
                    .order_by(PERSON_EVENT.c.night.desc(), PERSON_EVENT.c.event_id.desc())
                    .limit(1)
                ).first()
                if last is None or last.kind not in _LEADS_AWAY or last.other_person_id in seen:
                    return seen[-1]
                seen.append(last.other_person_id)

    def _minted(self, table: Table, key: str) -> pl.DataFrame:
        with self._reading() as connection:
            query = select(table).order_by(table.c[key])
            return frame_of(connection, query, {key: pl.String, **_MINTED})

    def _events(self, table: Table, subject: str) -> pl.DataFrame:
        schema: dict[str, Any] = {"event_id": pl.Int64, f"{subject}_id": pl.String, **_EVENT}
        schema[f"other_{subject}_id"] = pl.String
        query = select(*(table.c[name] for name in schema)).order_by(table.c.event_id)
        with self._reading() as connection:
            events = frame_of(connection, query, schema)
        absent = [f"other_{subject}_id", "reason"]
        return events.with_columns(pl.col(absent).replace("", None))

    def _add(
        self,
        table: Table,
        event_table: Table,
        subject: str,
        minted: pl.DataFrame | None,
        events: pl.DataFrame | None,
    ) -> int:
        key, other = f"{subject}_id", f"other_{subject}_id"
        added = 0
        with self._writing() as connection:
            if minted is not None:
                schema = {key: pl.String, **_MINTED}
                rows = minted.select(pl.col(name).cast(kind) for name, kind in schema.items())
                added = insert_frame(connection, table, rows, OnKnown.SKIP)
                if added != rows.height:
                    message = (
                        f"{rows.height - added} of {rows.height} {subject} IDs or anchors are "
                        f"in the ledger already; nothing was added, read `{table.name}` first"
                    )
                    raise LedgerError(message)
            if events is not None:
                schema = {key: pl.String, **_EVENT, other: pl.String}
                rows = events.select(pl.col(name).cast(kind) for name, kind in schema.items())
                unknown = set(rows["kind"].unique()) - set(PersonEventKind)
                if unknown:
                    message = f"unknown kind of {subject} event: {', '.join(sorted(unknown))}"
                    raise LedgerError(message)
                # An empty text, because a null is never equal to a null in a unique key.
                rows = rows.with_columns(pl.col("reason", other).fill_null(""))
                appended = insert_frame(connection, event_table, rows, OnKnown.SKIP)
                added = added if minted is not None else appended
        return added
