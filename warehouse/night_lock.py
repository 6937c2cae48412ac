"""One night at a time on one hub: a lock that dies with its process.

Never here: what a night does. A file lock and not a row in the ledger, because a killed process
leaves no file lock behind, and the night is simply run again.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from warehouse.layout import Layout


class NightIsRunningError(Exception):
    """Another process works on a night of this hub."""


@contextmanager
def night_lock(layout: Layout) -> Iterator[None]:
    """Hold the hub for one night.

    Raises:
        NightIsRunningError: another process holds it.
    """
    layout.home.mkdir(parents=True, exist_ok=True)
    with (layout.home / "night.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = "another process runs a night of this hub; wait until it has ended"
            raise NightIsRunningError(message) from None
        yield
