"""Opening the ledger and bringing it to the newest shape.

Here: URL, engine, migrations. Never here: the tables' questions (`deliveries`, `people`,
`decisions`, `reviews`, `findings`, `cases`, `case_nights`, `standings`, `nights`). Next:
`Ledger.open(layout.ledger_url)` is all that other modules need.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import URL, Connection, Engine, create_engine, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError

from warehouse.ledger.access_alerts import AccessAlertBook
from warehouse.ledger.book import lock_writers, prepare_sqlite
from warehouse.ledger.case_nights import CaseNightBook
from warehouse.ledger.cases import CaseBook
from warehouse.ledger.decisions import DecisionBook
from warehouse.ledger.deliveries import DeliveryBook
from warehouse.ledger.errors import LedgerError
from warehouse.ledger.extracts import ExtractBook
from warehouse.ledger.findings import FindingBook
from warehouse.ledger.nights import NightBook
from warehouse.ledger.officials import OfficialBook
from warehouse.ledger.people import PersonBook
from warehouse.ledger.reidentifications import ReidentificationBook
from warehouse.ledger.reviews import ReviewBook
from warehouse.ledger.standings import StandingBook

MIGRATIONS = Path(__file__).parent / "migrations"
NEWEST = "0009"
"""The newest migration; known here so that opening a current ledger need not import Alembic."""


class Ledger(
    DeliveryBook,
    PersonBook,
    DecisionBook,
    ReviewBook,
    FindingBook,
    CaseBook,
    CaseNightBook,
    StandingBook,
    NightBook,
    OfficialBook,
    ExtractBook,
    AccessAlertBook,
    ReidentificationBook,
):
    """The ledger of one hub: see the books for what it answers."""

    @classmethod
    def open(cls, url: str) -> Self:
        """Open the ledger at the SQLAlchemy URL `url`, made or migrated where needed.

        `sqlite:///<path>` or `postgresql+psycopg2://…`.

        Raises:
            LedgerError: a URL that is none, another kind of database, one that cannot be reached
                or is no ledger, or a ledger of a newer hub.
        """
        engine = _engine(url)
        try:
            _migrate(engine)
        except DatabaseError as error:
            engine.dispose()
            place = engine.url.render_as_string(hide_password=True)
            message = f"the ledger {place} cannot be opened: {str(error.orig).splitlines()[0]}"
            raise LedgerError(message) from None
        except BaseException:
            engine.dispose()
            raise
        return cls(engine)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def ledger_url(url: str) -> URL:
    """Read the SQLAlchemy URL of a ledger.

    Raises:
        LedgerError: a URL that is none, or another kind of database.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        message = "the ledger's URL is none; expected sqlite:///<path> or postgresql+psycopg2://…"
        raise LedgerError(message) from None
    dialect = parsed.get_backend_name()
    if dialect not in {"sqlite", "postgresql"}:
        message = (
            f"the ledger cannot lie in {dialect}; use sqlite:///<path> or postgresql+psycopg2://…"
        )
        raise LedgerError(message)
    if parsed.drivername == "postgresql":
        # SQLAlchemy 2.1 would take it for psycopg 3, which is not installed.
        return parsed.set(drivername="postgresql+psycopg2")
    return parsed


def _engine(url: str) -> Engine:
    parsed = ledger_url(url)
    if parsed.get_backend_name() == "postgresql":
        return create_engine(parsed, pool_pre_ping=True)
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed)
    prepare_sqlite(engine)
    return engine


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _migrate(engine: Engine) -> None:
    """Bring the database to the newest shape; one process does it, the others wait and look."""
    with engine.connect() as connection:
        if _version(connection.execution_options(ledger_read_only=True)) == NEWEST:
            return
    with engine.begin() as connection:
        lock_writers(connection)
        version = _version(connection)
        if version == NEWEST:
            return
        # Alembic takes most of a second to import, and a current ledger does not need it.
        from alembic import command
        from alembic.config import Config
        from alembic.util import CommandError

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            message = (
                f"the ledger is at version {version}, which this hub (version {NEWEST}) does not "
                "know; use the newer hub that made it"
            )
            raise LedgerError(message) from error
