"""Two workers land what one process lands: the same rows in the lake, the same words in the ledger."""

from __future__ import annotations

import os
import pickle
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace

import night_scene as scene
import pytest

from hub.delivery import DeliveryStopped
from pipelines.steps import landing, landing_crew
from pipelines.steps.intake import drop, take_deliveries
from pipelines.steps.landing_crew import WORKERS_VARIABLE, land_type, landing_workers
from warehouse.lake import delivery_parts

TYPES = {"I01-F01-01", "I01-F02-01", "I03-F11-02", "I06-F34-06", "I24-F19-01"}


@pytest.fixture(scope="module")
def drops(tmp_path_factory):
    folder = tmp_path_factory.mktemp("told")
    scene.tell(folder, 100, 1, faults=True, types=TYPES)
    return folder / "nights"


def land(home, drops, workers, monkeypatch):
    monkeypatch.setenv(WORKERS_VARIABLE, str(workers))
    context = scene.open_night(home, scene.FIRST)
    drop(drops / f"{scene.FIRST:%Y%m%d}", context.layout.landing)
    take_deliveries(context)
    landed = [land_type(context, code) for code in sorted(TYPES)]
    return context, landed


def said(context):
    """What ledger and lake say, but for the moments at which it was entered."""
    never = scene.FIRST
    deliveries = [
        replace(record, received_at=never, landed_at=record.landed_at and never)
        for record in context.ledger.deliveries()
    ]
    expectations = [context.ledger.expectations(each.delivery_id) for each in deliveries]
    rows = {
        path.delivery_id: [
            context.zone.read(part).to_pylist()
            for part in delivery_parts(
                context.layout.delivery(path.document_type, path.delivery_id)
            )
        ]
        for path in deliveries
    }
    return deliveries, expectations, rows


def test_two_workers_land_what_one_lands(drops, tmp_path, monkeypatch, capfd):
    alone, landed_alone = land(tmp_path / "alone", drops, 1, monkeypatch)
    crew, landed_by_crew = land(tmp_path / "crew", drops, 2, monkeypatch)
    assert landed_by_crew == landed_alone
    assert sum(each.rows_accepted for each in landed_alone) > 0
    assert all(each.evaluated for each in landed_alone)
    assert said(crew) == said(alone)
    assert not crew.ledger.pending()
    assert land_type(crew, "I01-F01-01").landed == 0
    # What libraries say of their leaks when a worker ends is nothing for an operator.
    assert "leaked" not in capfd.readouterr().err


def test_a_verdict_crosses_processes_as_it_is():
    stopped = DeliveryStopped("row_total_differs", "a.csv", "3 rows, 4 told", line=4, column="amt")
    crossed = pickle.loads(pickle.dumps(stopped))  # noqa: S301  our own bytes
    assert vars(crossed) == vars(stopped)
    assert str(crossed) == str(stopped)


def test_a_dead_worker_costs_only_speed(drops, tmp_path, monkeypatch):
    class DeadPool(ThreadPoolExecutor):
        def __init__(self, workers, **_given):
            super().__init__(workers)

        def submit(self, *_given):
            return super().submit(self.die)

        @staticmethod
        def die():
            raise BrokenProcessPool

    monkeypatch.setattr(landing_crew, "ProcessPoolExecutor", DeadPool)
    monkeypatch.setattr(landing, "validate_delivery", scene._accept)
    context, landed = land(tmp_path / "dead", drops, 2, monkeypatch)
    assert sum(each.landed for each in landed) > 0
    assert not context.ledger.pending()


def test_workers_follow_cores_and_work_unless_told(monkeypatch):
    monkeypatch.delenv(WORKERS_VARIABLE, raising=False)
    for cores, with_little, with_much in ((1, 1, 1), (2, 1, 2), (4, 2, 4), (64, 8, 8)):
        monkeypatch.setattr("os.cpu_count", lambda cores=cores: cores)
        assert landing_workers(1_000) == with_little
        assert landing_workers(10**9) == with_much
    monkeypatch.setenv(WORKERS_VARIABLE, "3")
    assert landing_workers() == 3


def test_intake_removes_what_a_dead_process_left_in_the_vault(tmp_path):
    context = scene.open_night(tmp_path / "home", scene.FIRST)
    vault = context.layout.vault
    # No process has this number; it died between the link and the end of writing.
    dead = vault / ".staging-4194305-1-root-key.json"
    alive = vault / f".staging-{os.getpid()}-1-root-key.json"
    for unfinished in (dead, alive):
        unfinished.write_text("{}", "utf-8")
    take_deliveries(context)
    assert not dead.exists()
    assert alive.exists()
