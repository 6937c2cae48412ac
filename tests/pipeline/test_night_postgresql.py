"""A night with ledger and Dagster's storage in PostgreSQL publishes what it publishes on SQLite."""

from __future__ import annotations

import night_scene as scene
import pytest
from postgresql_scene import new_database, postgresql_server
from sqlalchemy import create_engine, text

from pipelines.night_run import run_night
from pipelines.steps import landing
from pipelines.steps.intake import drop
from warehouse.layout import Layout
from warehouse.ledger import Ledger

PEOPLE = 300
TYPES = scene.some_types(one_in=40)


@pytest.fixture(scope="module")
def drops(tmp_path_factory):
    folder = tmp_path_factory.mktemp("told")
    scene.tell(folder, PEOPLE, 1, faults=False, types=TYPES)
    return folder / "nights"


def run(home, drops, monkeypatch):
    """Run the night with the very job of `hub night`; every expectation holds."""
    monkeypatch.setattr(landing, "validate_delivery", scene._accept)
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    layout = scene.open_night(home, scene.FIRST).layout
    drop(drops / f"{scene.FIRST:%Y%m%d}", layout.landing)
    # What `run_night` sets is undone after the test.
    monkeypatch.setenv("DAGSTER_HOME", str(layout.dagster))
    with scene.unflushed():
        report = run_night(layout, scene.FIRST, lambda _stage, _item: None)
    assert report.success, report.failed_steps
    return report


def deliveries(url):
    with Ledger.open(url) as ledger:
        return [
            (record.delivery_id, record.state, record.counts, record.part_count)
            for record in ledger.deliveries()
        ]


def test_postgresql_says_what_sqlite_says(drops, tmp_path, monkeypatch):
    with postgresql_server() as server:
        here = run(tmp_path / "sqlite", drops, monkeypatch)
        ledger, dagster = new_database(server, "hub"), new_database(server, "dagster")
        monkeypatch.setenv("HUB_LEDGER_URL", ledger)
        monkeypatch.setenv("HUB_DAGSTER_URL", dagster)
        there = run(tmp_path / "postgresql", drops, monkeypatch)

        assert there.digest == here.digest
        assert deliveries(ledger) == deliveries(
            f"sqlite:///{tmp_path / 'sqlite' / 'ledger.sqlite'}"
        )
        assert not (tmp_path / "postgresql" / "ledger.sqlite").exists()
        assert not list((tmp_path / "postgresql" / "dagster").rglob("*.db"))
        with create_engine(dagster).connect() as connection:
            noted = connection.execute(text("SELECT status FROM runs")).scalars().all()
        assert noted == ["SUCCESS"]
        assert {step.step for step in there.steps} == {step.step for step in here.steps}
        assert Layout(tmp_path / "postgresql").current.exists()
