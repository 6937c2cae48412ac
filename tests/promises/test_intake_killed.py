"""What a sender no longer sees in landing is in the archive and in the ledger, once, whatever dies.

A delivery is acknowledged by its drop's disappearance. Senders go on dropping while intake is killed
at random, at its system calls and at its fault points; every dropped file must then either still lie
in landing or be archived, sound, and known to the ledger exactly once.
"""

from __future__ import annotations

import collections
import hashlib
import random
import signal
import threading
from pathlib import Path

import pytest
from mortal_scene import CALLS, Mortals, fates
from promise_figures import FULL_SIZE

from pipelines.steps.intake import waiting_files
from warehouse import archive
from warehouse.layout import Layout
from warehouse.ledger import DropOutcome, Ledger

RANDOM_KILLS = 60 if FULL_SIZE else 3
CALLS_OF_A_KIND = 30 if FULL_SIZE else 2
DROPS = 8
INSTITUTION = "I03"
POINTS = ("archive.after_copy", "archive.after_rename")
ENDS = {
    "fsync": ["signal=KILL", "error=EIO"],
    "fdatasync": ["signal=KILL", "error=EIO"],
    "rename": ["signal=KILL", "error=EIO"],
    "pwrite64": ["signal=KILL", "error=ENOSPC"],
    "unlink": ["signal=KILL", "error=EIO"],
}


class Senders:
    """Drops files of known bytes into landing, and knows where each must be."""

    def __init__(self, home: Path) -> None:
        self.layout = Layout(home)
        self.layout.prepare()
        self._landing = self.layout.landing / INSTITUTION
        self._landing.mkdir(exist_ok=True)
        self._guard = threading.Lock()
        self.dropped: dict[str, str] = {}
        self.lost: list[str] = []

    def drop(self) -> None:
        """Drop one more file, as a sender does: written beside, renamed."""
        with self._guard:
            number = len(self.dropped) + 1
            # A sequence has three digits.
            month, sequence = divmod(number, 1000)
            name = f"I03-F11-02_2026{month + 1:02d}_{sequence:03d}_20260401T013000.csv"
            content = f"row {number}\n".encode() * 50
            self.dropped[name] = hashlib.sha256(content).hexdigest()
            unfinished = self._landing / f"{name}.part"
            unfinished.write_bytes(content)
            unfinished.rename(self._landing / name)

    def look(self) -> None:
        """Find files that are neither in landing nor safe; call it while intake is dead."""
        with self._guard:
            waiting = {file.name for file in waiting_files(self.layout.landing)}
            gone = set(self.dropped) - waiting
            known = self._known()
            self.lost += [
                name
                for name in gone
                if known[name] != 1 or not archive.is_sound(self.layout, self.dropped[name])
            ]

    def _known(self) -> collections.Counter[str]:
        with Ledger.open(self.layout.ledger_url) as ledger:
            return collections.Counter(
                record.file_name
                for record in ledger.deliveries()
                if record.sha256 == self.dropped[record.file_name]
            )

    def counted_otherwise(self) -> list[str]:
        """Return the files that the ledger does not have exactly once as a new delivery."""
        with Ledger.open(self.layout.ledger_url) as ledger:
            entered = collections.Counter(
                drop.file_name for drop in ledger.drops() if drop.outcome is DropOutcome.NEW
            )
            pending = collections.Counter(record.file_name for record in ledger.pending())
        known = self._known()
        return [
            name
            for name in self.dropped
            if (known[name], entered[name], pending[name]) != (1, 1, 1)
        ]


class Sending:
    """Goes on dropping between `with` and the end of it."""

    def __init__(self, senders: Senders) -> None:
        self._senders, self._over = senders, threading.Event()
        self._thread = threading.Thread(target=self._send)

    def _send(self) -> None:
        while not self._over.wait(0.02):
            self._senders.drop()

    def __enter__(self):
        self._thread.start()

    def __exit__(self, *_error):
        self._over.set()
        self._thread.join()


@pytest.fixture(scope="module")
def mortals():
    with Mortals() as program:
        yield program


@pytest.fixture
def senders(tmp_path, mortals):
    made = Senders(tmp_path / "home")
    mortals.run("intake", made.layout.home, 1)
    return made


def take_the_rest(mortals, senders) -> None:
    """Let an intake that nothing befalls take what is left."""
    assert mortals.run("intake", senders.layout.home, 1)["exit"] == 0
    senders.look()
    assert waiting_files(senders.layout.landing) == []
    left_over = [path.name for path in senders.layout.vault.rglob(".staging-*")]
    assert left_over == []


def tell(record_figure, what, kills, senders) -> None:
    twice = senders.counted_otherwise()
    record_figure(
        "R2",
        f"{kills} kills {what}: {len(senders.lost)} of {len(senders.dropped)} deliveries lost,"
        f" {len(twice)} not counted once",
        held=not (senders.lost or twice),
        kills=kills,
        deliveries=len(senders.dropped),
    )


@pytest.mark.promise("R2")
def test_kills_at_random_lose_no_delivery(mortals, senders, record_figure):
    chance = random.Random(6)  # noqa: S311 (a fixed seed, no secret)
    kills = 0
    for _ in range(RANDOM_KILLS):
        with Sending(senders):
            fate = {"kill_after": chance.uniform(0.1, 1.0)}
            kills += mortals.run("intake", senders.layout.home, 10_000, **fate)["signal"] > 0
        senders.look()
    take_the_rest(mortals, senders)
    assert kills == RANDOM_KILLS
    assert len(senders.dropped) > RANDOM_KILLS
    tell(record_figure, "at random", kills, senders)


@pytest.mark.promise("R2")
@pytest.mark.parametrize("point", POINTS)
def test_a_kill_at_a_fault_point_loses_no_delivery(mortals, senders, point):
    for _ in range(DROPS):
        senders.drop()
    died = mortals.run("intake", senders.layout.home, 1, fault=f"{point}:kill")
    assert died["signal"] == signal.SIGKILL
    senders.look()
    take_the_rest(mortals, senders)
    assert (senders.lost, senders.counted_otherwise()) == ([], [])


@pytest.mark.promise("R2")
def test_a_system_call_that_kills_or_fails_loses_no_delivery(mortals, senders, record_figure):
    why = mortals.why_no_strace(senders.layout.home)
    if why:
        pytest.skip(why)

    def run(**fate):
        for _ in range(DROPS):
            senders.drop()
        child = mortals.run("intake", senders.layout.home, 1, **fate)
        senders.look()
        return child

    calls = run(trace=CALLS)["calls"]
    children = [run(inject=fate) for fate in fates(calls, ENDS, CALLS_OF_A_KIND)]
    take_the_rest(mortals, senders)
    kills = sum(child["signal"] == signal.SIGKILL for child in children)
    assert kills >= 4
    assert sum(child["exit"] == 1 for child in children) >= 3
    tell(record_figure, f"and {len(children) - kills} failures at system calls", kills, senders)
