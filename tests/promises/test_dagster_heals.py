"""A night that Dagster runs ends well, with nobody's help, whichever of its processes is killed.

Each scenario is a night of its own: files arrive, the sensor asks for a run, something dies in the
middle, and the night must be published all the same. At full size only: each takes minutes.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import night_scene as scene
import pytest
from promise_figures import FULL_SIZE

from pipelines.run_launcher import _lives
from pipelines.steps.intake import drop, waiting_files
from warehouse.layout import Layout
from warehouse.ledger import Ledger
from warehouse.releases import current, verify

PEOPLE = 200
SCENARIOS = {
    "step": ("release", "worker"),
    "run worker": ("landing", "worker"),
    "code server": ("identity", "code server"),
    "daemon": ("profile", "daemon"),
    "everything": ("decisions", "code server", "daemon"),
}
"""What dies: in which step, and which programs are killed, with all that they started."""


def split(country: Path, parts: int) -> list[Path]:
    """Deal the files of one night out to several, so that something arrives in each."""
    files = sorted(country.glob("*/*"))
    folders = [country.parent / f"part-{number}" for number in range(parts)]
    for number, file in enumerate(files):
        place = folders[number % parts] / file.parent.name
        place.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, place / file.name)
    return folders


@pytest.mark.skipif(not FULL_SIZE, reason="takes minutes; HUB_PROMISES=1 runs it")
@pytest.mark.promise("R9")
def test_a_night_heals_whatever_dies(tmp_path, record_figure):
    from service_scene import Service

    scene.tell(tmp_path, PEOPLE, 1, types=scene.some_types(20))
    parts = split(tmp_path / "nights" / f"{scene.FIRST:%Y%m%d}", len(SCENARIOS))
    layout = Layout(tmp_path / "home")
    scene.open_night(layout.home, scene.FIRST)
    seconds = {}
    with Service(layout) as service:
        for (name, (step, *killed)), part in zip(SCENARIOS.items(), parts, strict=True):
            known = service.runs()
            drop(part, layout.landing)
            if not known:
                service.switch_on("arrival_sensor")
            run_id = service.wait_for_step(step, known)
            died = time.monotonic()
            if killed == ["worker"]:
                service.kill_worker(run_id)
            else:
                service.kill(*killed)
            service.wait_for_success(known)
            seconds[name] = round(time.monotonic() - died)
            assert waiting_files(layout.landing) == []
            release = current(layout)
            assert verify(release) == []
            with Ledger.open(layout.ledger_url) as ledger:
                assert ledger.pending() == []
                published = {each.delivery_id for each in release.manifest.inputs}
                assert published == {each.delivery_id for each in ledger.effective_deliveries()}
    took = ", ".join(f"{name} {each} s" for name, each in seconds.items())
    record_figure(
        "R9",
        f"{len(seconds)} of {len(SCENARIOS)} nights ended well unattended; from the death to the end"
        f" of the night: {took}",
        held=len(seconds) == len(SCENARIOS),
        **{name.replace(" ", "_"): each for name, each in seconds.items()},
    )


@pytest.mark.promise("R9")
def test_a_dead_worker_is_told_from_a_living_one():
    living = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        assert _lives(living.pid, time.time())
        # Its number belonged to another process when the run's worker was last seen.
        assert not _lives(living.pid, time.time() - 3600)
        living.send_signal(signal.SIGKILL)
        os.waitid(os.P_PID, living.pid, os.WEXITED | os.WNOWAIT)
        # Dead, and not yet waited for.
        assert not _lives(living.pid, time.time())
    finally:
        living.kill()
        living.wait()
    assert not _lives(living.pid, time.time())
