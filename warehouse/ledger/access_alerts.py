"""Alerts about accesses to personal data: raised by a rule, explained by the actor, reviewed by another.

Here: what is asked, who answers until when, who decides. Never here: finding alerts
(`warehouse.access_log.detection`) or the log itself. Next: `hub log alerts`, `explain`, `review`, and
the list of people who are told of an access that nobody could justify.

An alert is a question to a person, no verdict. It waits for the explanation of whom it is about; with
it, or once the time is over, somebody else decides what it was.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

import polars as pl
from sqlalchemy import (
    Connection,
    insert,
    select,
    update,
)

from warehouse.ledger.access_alert_schema import (
    ACCESS_ALERT,
    ACCESS_ALERT_ENTRY,
    ACCESS_ALERT_EVENT,
    ALERT_ENTRY_SCHEMA,
    ALERT_EVENT_SCHEMA,
    ALERT_SCHEMA,
    RAISED_SCHEMA,
    TO_BE_TOLD_SCHEMA,
)
from warehouse.ledger.book import Book, OnKnown, frame_of, insert_frame, now
from warehouse.ledger.errors import LedgerError

WORKING_DAYS_TO_EXPLAIN = 5
_LONGEST_TEXT = 2000


class AlertState(StrEnum):
    """Where an alert stands."""

    ASKED = "asked"
    EXPLAINED = "explained"
    CLOSED = "closed"


class AlertOutcome(StrEnum):
    """What a reviewer decided."""

    JUSTIFIED = "justified"
    NOT_JUSTIFIED = "not_justified"
    UNEXPLAINED = "unexplained"
    FALSE_ALARM = "false_alarm"


TOLD_OUTCOMES = (AlertOutcome.NOT_JUSTIFIED, AlertOutcome.UNEXPLAINED)
"""Outcomes after which the people concerned are told (PIPA decree, article 30-2)."""


def working_days_after(day: dt.date, count: int) -> dt.date:
    """Return the day that lies `count` working days, Monday to Friday, after `day`."""
    while count > 0:
        day += dt.timedelta(days=1)
        count -= day.weekday() < 5
    return day


class AccessAlertBook(Book):
    """Alerts, what their actors explained, and what reviewers decided."""

    def raise_alerts(self, raised: pl.DataFrame, entries: pl.DataFrame, on: dt.date) -> int:
        """Write down new alerts, and ask their actors to explain within five working days.

        An alert that is known keeps its question, days and state; accesses that were not known are
        added to it while it is not closed.

        Args:
            raised: `RAISED_SCHEMA`.
            entries: `ALERT_ENTRY_SCHEMA`, the accesses of each alert.
            on: the day on which it is asked.

        Returns:
            How many alerts are new.
        """
        until = working_days_after(on, WORKING_DAYS_TO_EXPLAIN)
        with self._writing() as connection:
            known = frame_of(
                connection,
                select(ACCESS_ALERT.c.alert_id, ACCESS_ALERT.c.state),
                {"alert_id": pl.String(), "state": pl.String()},
            )
            closed = known.filter(state=AlertState.CLOSED.value)
            open_still = raised.join(closed, on="alert_id", how="anti")
            fresh = open_still.join(known, on="alert_id", how="anti")
            insert_frame(
                connection,
                ACCESS_ALERT,
                fresh.select(
                    *RAISED_SCHEMA,
                    raised_on=pl.lit(on),
                    explain_until=pl.lit(until),
                    state=pl.lit(AlertState.ASKED.value),
                ),
            )
            for row in open_still.join(known, on="alert_id", how="semi").iter_rows(named=True):
                connection.execute(
                    update(ACCESS_ALERT)
                    .where(ACCESS_ALERT.c.alert_id == row["alert_id"])
                    .values({name: row[name] for name in ("statement", "accesses", "people")})
                )
            insert_frame(
                connection,
                ACCESS_ALERT_ENTRY,
                entries.join(open_still, on="alert_id", how="semi").select(*ALERT_ENTRY_SCHEMA),
                OnKnown.SKIP,
            )
            for alert_id, rule_id in fresh.select("alert_id", "rule_id").iter_rows():
                _enter(connection, alert_id, "ask", "hub", on, f"{rule_id}: please explain")
        return fresh.height

    def explain_alert(self, alert_id: str, *, actor: str, text: str, on: dt.date) -> None:
        """Write down what the actor of an alert explains.

        Raises:
            LedgerError: no such alert, it is closed, somebody else explains, or nothing is said.
        """
        with self._writing() as connection:
            alert = _alert(connection, alert_id)
            _refuse_if(alert["state"] == AlertState.CLOSED, "the alert is closed")
            _refuse_if(
                not _is_same(actor, alert["actor"]),
                "only the person whom the alert is about explains it",
            )
            _enter(connection, alert_id, "explain", actor, on, text)
            connection.execute(
                update(ACCESS_ALERT)
                .where(ACCESS_ALERT.c.alert_id == alert_id)
                .values(state=AlertState.EXPLAINED)
            )

    def review_alert(
        self, alert_id: str, *, actor: str, outcome: AlertOutcome, text: str, on: dt.date
    ) -> None:
        """Decide an alert that is explained, or whose time to explain is over.

        Raises:
            LedgerError: no such alert, it is closed, the actor reviews it, the time to explain still
                runs, `unexplained` though there is an explanation, or no reason is given.
        """
        with self._writing() as connection:
            alert = _alert(connection, alert_id)
            _refuse_if(alert["state"] == AlertState.CLOSED, "the alert is closed")
            _refuse_if(
                _is_same(actor, alert["actor"]),
                "another person than the one it is about decides an alert",
            )
            waits = alert["state"] == AlertState.ASKED
            is_in_time = on <= alert["explain_until"]
            _refuse_if(
                waits and is_in_time and outcome is not AlertOutcome.FALSE_ALARM,
                f"the actor may explain until {alert['explain_until']}",
            )
            _refuse_if(
                not waits and outcome is AlertOutcome.UNEXPLAINED,
                "there is an explanation; decide whether it justifies the access",
            )
            _enter(connection, alert_id, "review", actor, on, text, outcome)
            connection.execute(
                update(ACCESS_ALERT)
                .where(ACCESS_ALERT.c.alert_id == alert_id)
                .values(state=AlertState.CLOSED, outcome=outcome, closed_on=on)
            )

    def access_alerts(self) -> pl.DataFrame:
        """Return all alerts, `ALERT_SCHEMA`, the newest last."""
        query = select(*(ACCESS_ALERT.c[name] for name in ALERT_SCHEMA)).order_by(
            ACCESS_ALERT.c.happened_on, ACCESS_ALERT.c.alert_id
        )
        with self._reading() as connection:
            return frame_of(connection, query, ALERT_SCHEMA)

    def access_alert_entries(self, alert_id: str | None = None) -> pl.DataFrame:
        """Return the accesses of one alert, or of all: `ALERT_ENTRY_SCHEMA`."""
        query = select(*(ACCESS_ALERT_ENTRY.c[name] for name in ALERT_ENTRY_SCHEMA)).order_by(
            ACCESS_ALERT_ENTRY.c.alert_id, ACCESS_ALERT_ENTRY.c.entry_id
        )
        if alert_id is not None:
            query = query.where(ACCESS_ALERT_ENTRY.c.alert_id == alert_id)
        with self._reading() as connection:
            return frame_of(connection, query, ALERT_ENTRY_SCHEMA)

    def access_alert_events(self, alert_id: str | None = None) -> pl.DataFrame:
        """Return what was asked, explained and decided, `ALERT_EVENT_SCHEMA`, in its order."""
        query = select(*(ACCESS_ALERT_EVENT.c[name] for name in ALERT_EVENT_SCHEMA)).order_by(
            ACCESS_ALERT_EVENT.c.row_number
        )
        if alert_id is not None:
            query = query.where(ACCESS_ALERT_EVENT.c.alert_id == alert_id)
        with self._reading() as connection:
            return frame_of(connection, query, ALERT_EVENT_SCHEMA)

    def people_to_be_told(self) -> pl.DataFrame:
        """Return whom an access concerned that nobody could justify, `TO_BE_TOLD_SCHEMA`."""
        alert, entry = ACCESS_ALERT.c, ACCESS_ALERT_ENTRY.c
        query = (
            select(entry.person_id, alert.alert_id, alert.outcome, entry.entry_id)
            .join(ACCESS_ALERT, alert.alert_id == entry.alert_id)
            .where(alert.outcome.in_(TOLD_OUTCOMES), entry.person_id.is_not(None))
        )
        schema = dict.fromkeys(("person_id", "alert_id", "outcome", "entry_id"), pl.String)
        with self._reading() as connection:
            rows = frame_of(connection, query, schema)
        return (
            rows.group_by("person_id", "alert_id", "outcome")
            .agg(accesses=pl.len().cast(pl.Int64))
            .sort("person_id", "alert_id")
            .select(*TO_BE_TOLD_SCHEMA)
        )


def _alert(connection: Connection, alert_id: str) -> dict[str, Any]:
    query = select(*(ACCESS_ALERT.c[name] for name in ALERT_SCHEMA)).where(
        ACCESS_ALERT.c.alert_id == alert_id
    )
    found = frame_of(connection, query, ALERT_SCHEMA).to_dicts()
    if not found:
        raise LedgerError(f"no alert {alert_id}; `hub log alerts` lists them")
    return found[0]


def _enter(
    connection: Connection,
    alert_id: str,
    step: str,
    actor: str,
    on: dt.date,
    text: str,
    outcome: AlertOutcome | None = None,
) -> None:
    _refuse_if(not actor.strip() or not text.strip(), "it needs a name and a text")
    _refuse_if(len(text) > _LONGEST_TEXT, f"a text has at most {_LONGEST_TEXT} characters")
    connection.execute(
        insert(ACCESS_ALERT_EVENT).values(
            alert_id=alert_id,
            step=step,
            actor=actor,
            happened_on=on,
            recorded_at=now(),
            text=text,
            outcome=outcome,
        )
    )


def _is_same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()


def _refuse_if(wrong: bool, why: str) -> None:
    if wrong:
        raise LedgerError(f"{why}; nothing was written")
