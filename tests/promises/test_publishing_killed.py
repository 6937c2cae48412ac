"""Publishing is killed and its system calls fail, again and again, while somebody reads.

At full size a child dies or fails at every fsync, rename, link, unlink and mkdir of a publishing and
at many of its writes, and at random moments. After each: CURRENT opens, every byte of it is what was
signed, and it is never older than what was acknowledged.
"""

from __future__ import annotations

import random
import signal
from pathlib import Path

import pytest
import release_scene
from mortal_scene import CALLS, Mortals, fates
from promise_figures import FULL_SIZE
from reader_scene import Reader, ask

from warehouse import releases
from warehouse.layout import Layout
from warehouse.ledger import Ledger

RANDOM_KILLS = 60 if FULL_SIZE else 4
CALLS_OF_A_KIND = 40 if FULL_SIZE else 2
ENDS = {
    "fsync": ["signal=KILL", "error=EIO"],
    "fdatasync": ["signal=KILL", "error=EIO"],
    "rename": ["signal=KILL", "error=EIO"],
    "pwrite64": ["signal=KILL", "error=ENOSPC"],
    "link": ["signal=KILL", "error=ENOSPC"],
    "unlink": ["signal=KILL"],
    "mkdir": ["signal=KILL", "error=ENOSPC"],
    "ftruncate": ["signal=KILL"],
}
FAST = ("fsync", "rename")


class Publisher:
    """Publishes versions until each child dies, and knows what was acknowledged."""

    def __init__(self, mortals: Mortals, home: Path) -> None:
        self._mortals, self.home = mortals, home
        self.newest = 1
        self.acknowledged: dict[str, str] = {}
        self.kills = self.failures = self.survivors = 0
        self.torn: list[str] = []

    def publish(self, count: int = 1, **fate: object) -> dict:
        """Publish the next versions under a fate, and look at what is left of it."""
        last = max(self.newest, self._current()) + count
        child = self._mortals.run("publish", self.home, last - count + 1, last, **fate)
        for line in child["acknowledged"]:
            version, release_id, digest = line.split()
            self.newest = max(self.newest, int(version))
            self.acknowledged[release_id] = digest
        self.kills += child["signal"] == signal.SIGKILL
        self.failures += child["exit"] == 1
        self.survivors += child["exit"] == 0
        self._look(last, fate)
        return child

    def _current(self) -> int:
        return ask(Layout(self.home), is_thorough=False)

    def _look(self, attempted: int, fate: dict) -> None:
        try:
            version = ask(Layout(self.home), is_thorough=True)
        except Exception as error:  # noqa: BLE001  (a torn release may fail in any way)
            self.torn.append(f"{fate}: {error}")
            return
        if not self.newest <= version <= attempted:
            self.torn.append(f"{fate}: shows version {version}, acknowledged {self.newest}")

    def lost(self) -> list[str]:
        """Return the acknowledged releases that the ledger or the disk no longer has as they were."""
        layout = Layout(self.home)
        release_scene.publish(self.home, max(self.newest, self._current()) + 1)
        with Ledger.open(layout.ledger_url) as ledger:
            known = {record.release_id: record for record in ledger.releases()}
        lost = []
        for release_id, digest in self.acknowledged.items():
            record = known.get(release_id)
            if (
                record is None
                or record.digest != digest
                or releases.verify(
                    releases.read_release(layout, release_id), record.manifest_sha256
                )
            ):
                lost.append(release_id)
        return lost

    def left_over(self) -> list[str]:
        """Return what dead publishers left beside the releases, after one that lived."""
        return [path.name for path in Layout(self.home).releases.iterdir() if path.name[0] == "."]


@pytest.fixture(scope="module")
def mortals():
    with Mortals() as program:
        yield program


@pytest.fixture
def publisher(mortals, tmp_path):
    release_scene.publish(tmp_path / "home", 1)
    return Publisher(mortals, tmp_path / "home")


@pytest.mark.promise("R1")
def test_kills_at_random_moments_tear_nothing(publisher, record_figure):
    calm = publisher.publish()["seconds"]
    chance = random.Random(5)  # noqa: S311 (a fixed seed, no secret)
    with Reader(publisher.home, is_thorough=True) as reader:
        for _ in range(RANDOM_KILLS):
            child = publisher.publish(3, kill_after=chance.uniform(0, 2 * calm))
            assert child["exit"] != 1, child["error"]
    lost = publisher.lost()
    assert publisher.kills >= RANDOM_KILLS // 4
    assert reader.seen["errors"] == []
    assert reader.seen["asked"] > 0
    assert publisher.torn == []
    assert publisher.left_over() == []
    record_figure(
        "R1",
        f"{publisher.kills} kills at random: {len(publisher.torn)} torn,"
        f" {len(lost)} of {len(publisher.acknowledged)} acknowledged releases lost,"
        f" {reader.seen['asked']} readings meanwhile, {len(reader.seen['errors'])} errors",
        held=not (publisher.torn or lost or reader.seen["errors"]),
        kills=publisher.kills,
        lost=len(lost),
    )


@pytest.mark.promise("R1")
def test_a_system_call_that_kills_or_fails_tears_nothing(publisher, mortals, record_figure):
    why = mortals.why_no_strace(publisher.home)
    if why:
        pytest.skip(why)
    calls = publisher.publish(trace=CALLS)["calls"]
    chosen = ENDS if FULL_SIZE else {name: ENDS[name] for name in FAST}
    with Reader(publisher.home, is_thorough=True) as reader:
        for expression in fates(calls, chosen, CALLS_OF_A_KIND):
            child = publisher.publish(inject=expression)
            # Whatever the one before left, nothing but the fault of its own stops this one.
            assert "error=" in expression or child["exit"] != 1, child["error"]
    lost = publisher.lost()
    assert reader.seen["errors"] == []
    assert publisher.torn == []
    assert publisher.left_over() == []
    assert publisher.kills >= 3
    assert publisher.failures >= 3
    record_figure(
        "R1",
        f"{publisher.kills} kills and {publisher.failures + publisher.survivors} failures at system"
        f" calls: {len(publisher.torn)} torn, {len(lost)} of {len(publisher.acknowledged)} lost",
        held=not (publisher.torn or lost),
        kills=publisher.kills,
        failures=publisher.failures,
    )
