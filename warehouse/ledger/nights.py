"""Nights in the ledger: runs and releases.

Here: what was published when and by whom taken back. Never here: the release's files
(`warehouse.releases`) or findings (`warehouse.ledger.findings`). Next: operators and
auditors read it; a run that finds a dead predecessor calls `abandon_runs`.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import insert, select, update

from warehouse.ledger.book import Book, now
from warehouse.ledger.errors import LedgerError
from warehouse.ledger.people import add_minted
from warehouse.ledger.records import (
    Minted,
    NightOutcome,
    NightRun,
    ReleaseEvent,
    ReleaseRecord,
    ReleaseState,
)
from warehouse.ledger.schema import (
    NIGHT_RUN,
    RELEASE,
    RELEASE_EVENT,
)


class NightBook(Book):
    """Runs and releases."""

    def record_release(
        self, release: ReleaseRecord, *, actor: str, reason: str, minted: Minted | None = None
    ) -> None:
        """Write down a published release and the IDs that it shows first, all or nothing.

        Known already, nothing happens.
        """
        with self._writing() as connection:
            known = select(RELEASE.c.release_id).where(RELEASE.c.release_id == release.release_id)
            if connection.execute(known).first() is not None:
                return
            connection.execute(
                insert(RELEASE).values(
                    release_id=release.release_id,
                    night=release.night,
                    state=release.state.value,
                    manifest_sha256=release.manifest_sha256,
                    digest=release.digest,
                    published_at=release.published_at,
                )
            )
            connection.execute(
                insert(RELEASE_EVENT),
                [_event(release.release_id, "published", actor, reason)],
            )
            add_minted(connection, minted or Minted())

    def record_rollback(
        self, away_from: list[str], restored: str, *, actor: str, reason: str
    ) -> None:
        """Write down that `restored` is current again and the releases `away_from` are not.

        Raises:
            LedgerError: a release that the ledger does not know.
        """
        with self._writing() as connection:
            for release_id, state in [
                *((release_id, ReleaseState.ROLLED_BACK) for release_id in away_from),
                (restored, ReleaseState.PUBLISHED),
            ]:
                statement = update(RELEASE).where(RELEASE.c.release_id == release_id)
                if connection.execute(statement.values(state=state.value)).rowcount != 1:
                    message = f"no release {release_id} in the ledger; nothing was changed"
                    raise LedgerError(message)
            events = [_event(name, "rolled_back", actor, reason) for name in away_from]
            events.append(_event(restored, "restored", actor, reason))
            connection.execute(insert(RELEASE_EVENT), events)

    def record_removal(self, release_id: str, *, actor: str, reason: str) -> None:
        """Write down that the files of a release may be deleted; it never becomes current again.

        Raises:
            LedgerError: a release that the ledger does not know.
        """
        removed = update(RELEASE).where(RELEASE.c.release_id == release_id)
        with self._writing() as connection:
            statement = removed.values(state=ReleaseState.REMOVED.value)
            if connection.execute(statement).rowcount != 1:
                message = f"no release {release_id} in the ledger; nothing was changed"
                raise LedgerError(message)
            event = _event(release_id, ReleaseState.REMOVED.value, actor, reason)
            connection.execute(insert(RELEASE_EVENT), [event])

    def releases(self) -> list[ReleaseRecord]:
        """Return all releases, oldest first."""
        with self._reading() as connection:
            rows = connection.execute(select(RELEASE).order_by(RELEASE.c.release_id)).mappings()
            return [ReleaseRecord(**{**row, "state": ReleaseState(row["state"])}) for row in rows]

    def release_events(self) -> list[ReleaseEvent]:
        """Return all publishing and taking back, oldest first."""
        columns = (RELEASE_EVENT.c[name] for name in ReleaseEvent.__dataclass_fields__)
        query = select(*columns).order_by(RELEASE_EVENT.c.event_id)
        with self._reading() as connection:
            return [ReleaseEvent(**row) for row in connection.execute(query).mappings()]

    def start_run(self, night: dt.date) -> NightRun:
        """Open a run of `night`.

        Raises:
            LedgerError: another run is open; abandon it first if its process is dead.
        """
        moment = now()
        run = NightRun(uuid.uuid4().hex, night, moment, None, NightOutcome.RUNNING, moment)
        with self._writing() as connection:
            running = select(NIGHT_RUN).where(NIGHT_RUN.c.outcome == NightOutcome.RUNNING.value)
            other = connection.execute(running).first()
            if other is not None:
                message = (
                    f"run {other.run_id} of the night {other.night} is open, last sign of life "
                    f"{other.heartbeat:%Y-%m-%d %H:%M:%S} UTC; wait for it or abandon it"
                )
                raise LedgerError(message)
            connection.execute(
                insert(NIGHT_RUN).values(
                    run_id=run.run_id,
                    night=night,
                    started_at=moment,
                    outcome=run.outcome.value,
                    heartbeat=moment,
                )
            )
        return run

    def beat(self, run_id: str) -> None:
        """Give a sign of life."""
        self._update_run(run_id, {"heartbeat": now()})

    def finish_run(self, run_id: str, outcome: NightOutcome) -> None:
        """Close a run."""
        moment = now()
        values = {"heartbeat": moment, "finished_at": moment, "outcome": outcome.value}
        self._update_run(run_id, values)

    def abandon_runs(self, silent_since: dt.datetime) -> list[NightRun]:
        """Close open runs whose last sign of life is older than `silent_since`; return them."""
        is_silent = (NIGHT_RUN.c.outcome == NightOutcome.RUNNING.value) & (
            NIGHT_RUN.c.heartbeat < silent_since
        )
        values = {"finished_at": now(), "outcome": NightOutcome.ABANDONED.value}
        with self._writing() as connection:
            silent = [row.run_id for row in connection.execute(select(NIGHT_RUN).where(is_silent))]
            connection.execute(update(NIGHT_RUN).where(is_silent).values(**values))
        return [run for run in self.runs() if run.run_id in silent]

    def runs(self, night: dt.date | None = None) -> list[NightRun]:
        """Return runs, oldest first."""
        query = select(NIGHT_RUN).order_by(NIGHT_RUN.c.started_at, NIGHT_RUN.c.run_id)
        if night is not None:
            query = query.where(NIGHT_RUN.c.night == night)
        with self._reading() as connection:
            rows = connection.execute(query).mappings()
            return [NightRun(**{**row, "outcome": NightOutcome(row["outcome"])}) for row in rows]

    def _update_run(self, run_id: str, values: dict[str, Any]) -> None:
        statement = (
            update(NIGHT_RUN)
            .where(NIGHT_RUN.c.run_id == run_id)
            .where(NIGHT_RUN.c.outcome == NightOutcome.RUNNING.value)
            .values(**values)
        )
        with self._writing() as connection:
            if connection.execute(statement).rowcount != 1:
                message = f"no open run {run_id} in the ledger"
                raise LedgerError(message)


def _event(release_id: str, kind: str, actor: str, reason: str) -> dict[str, Any]:
    return {
        "release_id": release_id,
        "kind": kind,
        "actor": actor,
        "reason": reason,
        "happened_at": now(),
    }
