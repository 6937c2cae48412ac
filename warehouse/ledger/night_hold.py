"""One night at a time on one ledger, whichever host runs it.

Here: the lock that a PostgreSQL server keeps for a connection. Never here: the lock of one host
(`warehouse.night_lock`), which stands before it. Next: `night_lock` holds both.

It dies with its connection, as the file lock dies with its process: a killed night, a host that
goes down and a broken network leave nothing behind. It is the connection's own, so the ledger's
URL must lead to the server itself or to a pooler that keeps sessions.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from warehouse.ledger.errors import LedgerError
from warehouse.ledger.ledger import ledger_url

_NIGHT_LOCK = 4_481_002
"""First key of the advisory lock; the second is the schema's, for a schema is one hub's ledger."""
_SECONDS_UNTIL_A_LOST_HOST_IS_NOTICED = 60


@contextmanager
def hold_night(url: str) -> Iterator[bool]:
    """Hold the ledger at `url` for one night; yield whether it could be had.

    A ledger in SQLite lies on one host, whose own lock is enough: it can always be had.

    Raises:
        LedgerError: the server cannot be reached.
    """
    parsed = ledger_url(url)
    if parsed.get_backend_name() != "postgresql":
        yield True
        return
    keepalive = {
        "keepalives": 1,
        "keepalives_idle": _SECONDS_UNTIL_A_LOST_HOST_IS_NOTICED // 2,
        "keepalives_interval": _SECONDS_UNTIL_A_LOST_HOST_IS_NOTICED // 6,
        "keepalives_count": 3,
    }
    engine = create_engine(
        parsed, poolclass=NullPool, connect_args=keepalive, isolation_level="AUTOCOMMIT"
    )
    try:
        connection = engine.connect()
    except DBAPIError as error:
        place = parsed.render_as_string(hide_password=True)
        message = f"the ledger {place} cannot be reached: {str(error.orig).splitlines()[0]}"
        raise LedgerError(message) from None
    with connection:
        held = connection.execute(
            text("SELECT pg_try_advisory_lock(:key, hashtext(current_schema()))"),
            {"key": _NIGHT_LOCK},
        ).scalar_one()
        yield bool(held)
