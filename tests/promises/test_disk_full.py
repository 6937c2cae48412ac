"""A night on a disk that is too small damages nothing, says what to do, and goes on when there is room.

The hub's home lies on a small tmpfs, which fills while deliveries are taken in, landed, indexed and
published; then the tmpfs is enlarged and the same night runs again. Mounting needs root.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import night_scene as scene
import pytest
import release_scene
from mortal_scene import Mortals
from promise_figures import FULL_SIZE

from hub.full_disk import ADVICE
from pipelines.steps.intake import drop
from warehouse import archive
from warehouse.layout import HOME_VARIABLE, Layout
from warehouse.ledger import Ledger
from warehouse.releases import current, list_releases, verify

PEOPLE, ONE_TYPE_IN = 300, 10
SHARES = (0.02, 0.1, 0.25, 0.4, 0.55, 0.7, 0.8, 0.9, 0.97)
"""Of the room that a calm night takes, so much is there."""
SHARES_OF_A_PUBLISHING = tuple(n / 20 for n in range(1, 20)) if FULL_SIZE else (0.1, 0.4, 0.8)
needs_time = pytest.mark.skipif(not FULL_SIZE, reason="whole nights; HUB_PROMISES=1 runs them")
ENOUGH = 1 << 30
PROJECT = Path(__file__).parents[2]


class Disk:
    """A disk of its own for one hub."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def mount(self) -> None:
        command = ["mount", "-t", "tmpfs", "-o", f"size={ENOUGH}", "tmpfs", str(self.place)]
        if os.geteuid() != 0:
            pytest.skip("mounting a small disk needs root")
        refused = subprocess.run(command, check=False, capture_output=True, text=True)
        if refused.returncode:
            pytest.skip(f"a small disk cannot be mounted here: {refused.stderr.strip()}")

    def unmount(self) -> None:
        subprocess.run(["umount", "--lazy", str(self.place)], check=True)  # noqa: S607

    def leave(self, room_bytes: int) -> None:
        """Make the disk so small that `room_bytes` are left on it."""
        size = self.used() + max(room_bytes, 1 << 16)
        options = f"remount,size={size}"
        subprocess.run(["mount", "-o", options, str(self.place)], check=True)  # noqa: S607

    def used(self) -> int:
        told = os.statvfs(self.place)
        return (told.f_blocks - told.f_bfree) * told.f_frsize


@contextmanager
def small_disk(place: Path):
    disk = Disk(place)
    place.mkdir()
    disk.mount()
    try:
        yield disk
    finally:
        disk.unmount()


@pytest.fixture(scope="module")
def mortals():
    with Mortals() as program:
        yield program


@pytest.fixture(scope="module")
def country(tmp_path_factory):
    """Deliveries of one night."""
    folder = tmp_path_factory.mktemp("country")
    scene.tell(folder, PEOPLE, 1, types=scene.some_types(ONE_TYPE_IN))
    return folder / "nights" / f"{scene.FIRST:%Y%m%d}"


@pytest.fixture(scope="module")
def calm(country, mortals, tmp_path_factory):
    """What a night on a large disk comes to: its digest, and the room that it took."""
    with small_disk(tmp_path_factory.mktemp("calm") / "disk") as disk:
        layout = prepared(disk, country)
        before = disk.used()
        assert mortals.run("night", layout.home, "")["acknowledged"][-1] == "published"
        return current(layout).digest, disk.used() - before


def prepared(disk: Disk, country: Path) -> Layout:
    """Return a hub on `disk` whose deliveries lie in landing."""
    layout = Layout(disk.place / "home")
    layout.prepare()
    drop(country, layout.landing)
    return layout


def damage(layout: Layout) -> list[str]:
    """Say what of a hub is no longer whole: ledger, archive, releases."""
    path = layout.home / "ledger.sqlite"
    if not path.exists():
        return []
    with sqlite3.connect(path) as connection:
        (said,) = connection.execute("PRAGMA integrity_check").fetchone()
    with Ledger.open(layout.ledger_url) as ledger:
        received = {record.sha256 for record in ledger.deliveries()} - {release_scene.NO_BYTES}
    return (
        ([] if said == "ok" else ["ledger"])
        + [f"archive: {sha256}" for sha256 in received if not archive.is_sound(layout, sha256)]
        + [problem for release in list_releases(layout) for problem in verify(release)]
    )


@pytest.mark.promise("R3")
def test_publishing_goes_on_when_there_is_room_again(mortals, tmp_path, record_figure):
    with small_disk(tmp_path / "calm") as disk:
        layout = Layout(disk.place / "home")
        mortals.run("publish", layout.home, 1, 1)
        before = disk.used()
        (said,) = mortals.run("publish", layout.home, 2, 2)["acknowledged"]
        calm, needed = said.split()[-1], disk.used() - before
    stopped, damaged, other = 0, [], []
    for share in SHARES_OF_A_PUBLISHING:
        with small_disk(tmp_path / f"{share:.0%}") as disk:
            layout = Layout(disk.place / "home")
            mortals.run("publish", layout.home, 1, 1)
            disk.leave(int(needed * share))
            child = mortals.run("publish", layout.home, 2, 2)
            if child["exit"] != 0:
                assert child["exit"] == 1, f"a signal {child['signal']} at {share:.0%}"
                assert ADVICE in child["error"]
                stopped += 1
            damaged += damage(layout)
            disk.leave(ENOUGH)
            (said,) = mortals.run("publish", layout.home, 2, 2)["acknowledged"]
            damaged += damage(layout)
            other += [share] if said.split()[-1] != calm else []
    assert stopped >= len(SHARES_OF_A_PUBLISHING) // 2
    record_figure(
        "R3",
        f"{stopped} publishings on a full disk: {len(damaged)} files damaged,"
        f" {len(other)} other digests with more room",
        held=not (damaged or other),
        stopped=stopped,
    )


@needs_time
@pytest.mark.promise("R3")
def test_a_night_goes_on_when_there_is_room_again(country, calm, mortals, tmp_path, record_figure):
    digest, needed = calm
    stopped, damaged, other = {}, [], []
    for share in SHARES:
        with small_disk(tmp_path / f"{share:.0%}") as disk:
            layout = prepared(disk, country)
            disk.leave(int(needed * share))
            child = mortals.run("night", layout.home, "")
            if child["exit"] != 0:
                assert child["exit"] == 1, f"a signal {child['signal']} at {share:.0%}"
                assert ADVICE in child["error"]
                stopped[share] = child["acknowledged"][-1:] or ["arrived"]
            disk.leave(ENOUGH)
            damaged += damage(layout)
            again = mortals.run("night", layout.home, "")
            assert again["acknowledged"][-1] == "published", again["error"]
            damaged += damage(layout)
            if current(layout).digest != digest:
                other.append(share)
    assert len(stopped) >= len(SHARES) * 2 // 3
    assert {each for (each,) in stopped.values()} >= {"arrived", "landed"}
    record_figure(
        "R3",
        f"{len(stopped)} nights on a full disk: {len(damaged)} files damaged,"
        f" {len(SHARES) - len(other)} of {len(SHARES)} came to the calm digest with more room",
        held=not (damaged or other),
        nights=len(SHARES),
        stopped=len(stopped),
    )


@needs_time
@pytest.mark.promise("R3")
def test_hub_night_says_what_to_do(country, tmp_path, record_figure):
    def night(layout: Layout):
        command = [sys.executable, "-c", "from hub.command_line import main; main()"]
        return subprocess.run(
            [*command, "night", "--date", scene.FIRST.isoformat(), "--json"],
            env={**os.environ, HOME_VARIABLE: str(layout.home), "PYTHONPATH": str(PROJECT)},
            check=False, capture_output=True, text=True,
        )  # fmt: skip

    def with_key(layout: Layout) -> Layout:
        scene.open_night(layout.home, scene.FIRST)
        return layout

    with small_disk(tmp_path / "large") as disk:
        layout = with_key(prepared(disk, country))
        before = disk.used()
        (calm,) = json.loads(night(layout).stdout)
        needed = disk.used() - before
    told = 0
    with small_disk(tmp_path / "small") as disk:
        layout = with_key(prepared(disk, country))
        for share in (0.2, 0.3):
            disk.leave(int(needed * share))
            stopped = night(layout)
            assert stopped.returncode == 1
            assert "Traceback" not in stopped.stderr
            told += " ".join(ADVICE.split()[:6]) in " ".join(stopped.stderr.split())
            disk.leave(ENOUGH)
            assert damage(layout) == []
        (resumed,) = json.loads(night(layout).stdout)
    is_same = resumed["digest"] == calm["digest"]
    record_figure(
        "R3",
        f"`hub night` on a full disk: {told} of 2 times it said what to do; then the same digest",
        held=is_same and told == 2,
    )
