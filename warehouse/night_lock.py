"""One night at a time on one hub: locks that die with their process.

Never here: what a night does. A file lock for this host, and where the ledger lies in PostgreSQL
the server's lock for all hosts (`warehouse.ledger.night_hold`); not a row in the ledger, because
a killed process leaves no lock behind, and the night is simply run again. Next: commands and Dagster's
runs work inside it, and a night asks `refuse_company` before it publishes.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from warehouse.layout import Layout
from warehouse.ledger.night_hold import NightHold, hold_night

SECONDS_BETWEEN_TRIES = 5.0
_HELD: dict[Path, NightHold] = {}
"""The hubs that this process holds, by their home."""


class NightIsRunningError(Exception):
    """Another process works on a night of this hub."""


@contextmanager
def night_lock(layout: Layout, *, patience_seconds: float = 0.0) -> Iterator[None]:
    """Hold the hub for one night.

    Args:
        layout: the hub.
        patience_seconds: how long to wait for another process; by default not at all.

    Raises:
        NightIsRunningError: another process holds it, here or on another host.
        LedgerError: the ledger cannot be reached.
    """
    until = time.monotonic() + patience_seconds
    while True:
        try:
            with _locked(layout):
                yield
                return
        except _TakenError as taken:
            if time.monotonic() >= until:
                raise NightIsRunningError(str(taken)) from None
        time.sleep(SECONDS_BETWEEN_TRIES)


def holds_night(layout: Layout) -> bool:
    """Whether this process holds the hub."""
    return layout.home.resolve() in _HELD


def refuse_company(layout: Layout) -> None:
    """Do nothing, unless the server has let go of this process's lock.

    Raises:
        NightIsRunningError: the connection that held it broke; another host may be at work.
    """
    hold = _HELD.get(layout.home.resolve())
    if hold is not None and not hold.is_kept():
        message = (
            "the ledger's server let go of this night's lock (its connection broke), so another host "
            "may be at work; nothing is published: run the night again"
        )
        raise NightIsRunningError(message)


class _TakenError(Exception):
    """Somebody else holds it; the message says who, for a person."""


@contextmanager
def _locked(layout: Layout) -> Iterator[None]:
    layout.home.mkdir(parents=True, exist_ok=True)
    with (layout.home / "night.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = "another process runs a night of this hub; wait until it has ended"
            raise _TakenError(message) from None
        with hold_night(layout.ledger_url) as hold:
            if not hold.is_held:
                message = "another host runs a night of this hub's ledger; wait until it has ended"
                raise _TakenError(message)
            home = layout.home.resolve()
            _HELD[home] = hold
            try:
                yield
            finally:
                del _HELD[home]
