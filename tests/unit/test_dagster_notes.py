"""Dagster's databases do not wait for the disk; no other database is touched."""

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from pipelines.dagster_notes import quick_notes

FULL, NORMAL = 2, 1


@pytest.fixture
def notes():
    """A database as Dagster makes it: a write-ahead log, and a connection a statement."""

    def make(folder, journal="WAL"):
        folder.mkdir(parents=True, exist_ok=True)
        engine = create_engine(f"sqlite:///{folder / 'notes.db'}", poolclass=NullPool)
        with engine.begin() as connection:
            connection.execute(text(f"PRAGMA journal_mode = {journal}"))
            connection.execute(text("CREATE TABLE note (word TEXT)"))
        return engine

    return make


def waits(engine):
    with engine.connect() as connection:
        return connection.execute(text("PRAGMA synchronous")).scalar()


def test_only_logged_databases_below_the_folder_stop_waiting(notes, tmp_path):
    home = tmp_path / "dagster"
    below, beside, unlogged = notes(home / "runs"), notes(tmp_path / "hub"), notes(home, "DELETE")
    with quick_notes(home):
        assert [waits(each) for each in (below, beside, unlogged)] == [NORMAL, FULL, FULL]
    assert waits(below) == FULL


def test_closing_writes_no_checkpoint_until_the_end_and_nothing_is_lost(notes, tmp_path):
    engine = notes(tmp_path)
    log = tmp_path / "notes.db-wal"
    with quick_notes(tmp_path):
        for word in ("one", "two"):
            with engine.begin() as connection:
                connection.execute(text("INSERT INTO note VALUES (:word)"), {"word": word})
            assert log.stat().st_size > 0
    assert not log.exists()
    with engine.connect() as connection:
        assert connection.execute(text("SELECT word FROM note")).scalars().all() == ["one", "two"]
