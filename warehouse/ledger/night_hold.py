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

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from warehouse.ledger.errors import LedgerError
from warehouse.ledger.ledger import ledger_url

_NIGHT_LOCK = 4_481_002
"""First key of the advisory lock; the second is the schema's, for a schema is one hub's ledger."""
_KEYS = {"key": _NIGHT_LOCK}
_TAKE = text("SELECT pg_try_advisory_lock(:key, hashtext(current_schema()))")
_LOOK = text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
    " AND pid = pg_backend_pid() AND classid = :key"
)
_SECONDS_UNTIL_A_LOST_HOST_IS_NOTICED = 60


class NightHold:
    """What one process has of a ledger's lock.

    Args:
        connection: the one that holds the server's lock; None where the ledger needs none.
    """

    def __init__(self, connection: Connection | None = None) -> None:
        self._connection = connection
        self.is_held = connection is None or bool(connection.execute(_TAKE, _KEYS).scalar_one())

    def is_kept(self) -> bool:
        """Whether the lock that was had is still there: a connection may break while a night runs."""
        if self._connection is None or not self.is_held:
            return self.is_held
        try:
            return bool(self._connection.execute(_LOOK, _KEYS).scalar_one())
        except SQLAlchemyError:
            return False


@contextmanager
def hold_night(url: str) -> Iterator[NightHold]:
    """Hold the ledger at `url` for one night; the result says whether it could be had.

    A ledger in SQLite lies on one host, whose own lock is enough: it can always be had.

    Raises:
        LedgerError: the server cannot be reached.
    """
    parsed = ledger_url(url)
    if parsed.get_backend_name() != "postgresql":
        yield NightHold()
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
        yield NightHold(connection)
