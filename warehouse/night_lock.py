"""One night at a time on one hub: locks that die with their process.

Never here: what a night does. A file lock for this host, and where the ledger lies in PostgreSQL
the server's lock for all hosts (`warehouse.ledger.night_hold`); not a row in the ledger, because
a killed process leaves no lock behind, and the night is simply run again.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from warehouse.layout import Layout
from warehouse.ledger.night_hold import hold_night


class NightIsRunningError(Exception):
    """Another process works on a night of this hub."""


@contextmanager
def night_lock(layout: Layout) -> Iterator[None]:
    """Hold the hub for one night.

    Raises:
        NightIsRunningError: another process holds it, here or on another host.
        LedgerError: the ledger cannot be reached.
    """
    layout.home.mkdir(parents=True, exist_ok=True)
    with (layout.home / "night.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = "another process runs a night of this hub; wait until it has ended"
            raise NightIsRunningError(message) from None
        with hold_night(layout.ledger_url) as is_held:
            if not is_held:
                message = "another host runs a night of this hub's ledger; wait until it has ended"
                raise NightIsRunningError(message)
            yield
