"""Dagster's databases do not wait for the disk; no other database is touched."""

import dagster as dg
import pytest
from dagster._core.storage.event_log.sqlite import sqlite_event_log
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


@dg.op
def said(context: dg.OpExecutionContext):
    context.log_event(dg.AssetObservation("word"))


@dg.job
def saying():
    said()


def events(folder, run_id):
    with dg.DagsterInstance.local_temp(str(folder)) as instance:
        return [
            record.event_log_entry.dagster_event
            for record in instance.get_records_for_run(run_id).records
        ]


def test_dagster_makes_an_engine_a_database_and_keeps_what_it_noted(tmp_path, monkeypatch):
    made = []

    def counted(url, **given):
        made.append(url)
        return create_engine(url, **given)

    monkeypatch.setattr(sqlite_event_log, "create_engine", counted)
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        calm = saying.execute_in_process(instance=instance)
    usual = len(made)
    made.clear()
    with quick_notes(tmp_path), dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        quick = saying.execute_in_process(instance=instance)
    # The new run's database is made by one engine and written by another.
    assert len(made) == 3 < usual
    assert sqlite_event_log.create_engine is counted
    kinds = [[each.event_type for each in events(tmp_path, run.run_id)] for run in (calm, quick)]
    assert kinds[0] == kinds[1]
    assert not list(tmp_path.rglob("*.db-wal"))


def forget_and_fail(storage):
    with storage.index_connection() as connection:
        connection.execute(text("DELETE FROM event_logs"))
        raise ZeroDivisionError


def test_a_kept_connection_does_not_wait_and_gives_back_what_failed(tmp_path):
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        saying.execute_in_process(instance=instance)
    with quick_notes(tmp_path), dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        storage = instance.event_log_storage
        with pytest.raises(ZeroDivisionError):
            forget_and_fail(storage)
        with storage.index_connection() as connection:
            assert connection.execute(text("PRAGMA synchronous")).scalar() == NORMAL
            assert connection.execute(text("SELECT count(*) FROM event_logs")).scalar() > 0
