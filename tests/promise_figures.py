"""Tests of promises: how large they run, and where their figures go (see docs/promises.md).

`HUB_PROMISES=1` means full size; without it a fast share runs. Full-size runs note their figures,
and so does any run with HUB_PROMISE_FIGURES. `tests/conftest.py` takes hooks and fixture from here.
"""

from __future__ import annotations

import datetime as dt
import os

import pytest

from hub.promises.declared import load_promises
from hub.promises.figures import Noted, note
from pipelines.promise_commands import FIGURES_VARIABLE, figures_path

FULL_SIZE = os.environ.get("HUB_PROMISES") == "1"
"""Read, like the path, while pytest starts: a fixture removes the variables of the hub."""
_PATH = figures_path() if FULL_SIZE or os.environ.get(FIGURES_VARIABLE) else None
_RECORDS = pytest.StashKey[dict]()


def pytest_addoption(parser):
    parser.addoption("--promise", help="Run the tests of this promise only, for example R1.")


def pytest_collection_modifyitems(config, items):
    chosen = config.getoption("--promise")
    if not chosen:
        return
    if chosen not in load_promises():
        raise pytest.UsageError(
            f"--promise {chosen}: no such promise in hub/promises/promises.toml"
        )
    left = [item for item in items if chosen not in promises_of(item)]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if chosen in promises_of(item)]


def promises_of(item) -> list[str]:
    return [name for mark in item.iter_markers("promise") for name in mark.args]


@pytest.fixture
def record_figure(request):
    """Note a figure, and fail the test where the promise is not held.

    Call it as `record_figure("R1", "100 kills, 0 torn", held=torn == 0, kills=100, torn=0)`.
    """
    promised = promises_of(request.node)

    def record(promise_id: str, figure: str, held: bool, **counts: float) -> None:
        assert promise_id in promised, f"mark the test with @pytest.mark.promise({promise_id!r})"
        request.node.stash.setdefault(_RECORDS, {})[promise_id] = (figure, held, counts)
        assert held, f"{promise_id} is not held: {figure}"

    return record


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    report = yield
    promised = promises_of(item)
    is_told = report.when == "call" or not report.passed
    if promised and is_told and _PATH is not None:
        for promise_id in promised:
            note(_PATH, promise_id, item.nodeid, _noted(item, report, promise_id))
    return report


def _noted(item, report, promise_id: str) -> Noted:
    figure, held, counts = item.stash.get(_RECORDS, {}).get(promise_id, ("", True, {}))
    if report.failed:
        figure = f"{figure or 'no figure'} ({item.name} failed)"
    if report.skipped:
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        figure = f"{item.name}: {why.removeprefix('Skipped: ')}"
    return Noted(
        figure,
        held=bool(held) and report.passed,
        date=dt.datetime.now(dt.UTC).date().isoformat(),
        is_full_size=FULL_SIZE,
        is_skipped=report.skipped,
        counts=counts,
    )
