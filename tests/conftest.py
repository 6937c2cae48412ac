"""Fixtures of all tests: a clean environment, and nights that all tests of a run share.

A shared folder is made by the first worker that asks for it; the others wait and read it. Tests
that change a hub change a copy.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

from hub.command_line import silence_interpreter_exit

atexit.register(silence_interpreter_exit)
sys.path.insert(0, str(Path(__file__).parent / "pipeline"))
sys.path.insert(0, str(Path(__file__).parent))

from promise_figures import (  # noqa: E402  (it lies in the folder added above)
    pytest_addoption,
    pytest_collection_modifyitems,
    pytest_runtest_makereport,
    record_figure,
)

__all__ = [
    "pytest_addoption",
    "pytest_collection_modifyitems",
    "pytest_runtest_makereport",
    "record_figure",
]

# How long an example takes says nothing on a machine that others share.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

Build = Callable[[Path], None]


@pytest.fixture(scope="session", autouse=True)
def no_hub_of_the_developer() -> Iterator[None]:
    """No test works on the hub, the ledger or the keys of whoever runs it."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("HUB_") or name == "DAGSTER_HOME":
                patch.delenv(name)
        patch.setenv("DAGSTER_DISABLE_TELEMETRY", "yes")
        # Whoever sees personal data stands in the access log.
        patch.setenv("HUB_ACTOR", "tester")
        yield


@pytest.fixture(scope="session")
def shared(tmp_path_factory) -> Callable[[str, Build], Path]:
    """Return a function that gives the folder `name`, built once in a run of all workers."""
    own = tmp_path_factory.getbasetemp()
    root = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def folder(name: str, build: Build) -> Path:
        made, done = root / name, root / f"{name}.done"
        with (root / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():
                made.mkdir()
                build(made)
                done.touch()
        return made

    return folder


@pytest.fixture(scope="session")
def whole_nights(shared) -> Path:
    """Two nights of all 448 types: `nights`, `truth` and the hub `home` that played them.

    `home` has the releases r000001 and r000002; the second night has every kind of damaged file.
    """
    import night_scene as scene

    def build(folder: Path) -> None:
        scene.tell(folder, 600, 2, corrupt=True)
        for night in (scene.FIRST, scene.SECOND):
            scene.play_night(folder / "home", night, folder / "nights")

    return shared("whole_nights", build)
