"""G1: nobody was ever answered without lines on the disk that say so, however the gateway ended.

The official of `asking_scene` asks in a process of its own, which dies at every step of the log and of
the gateway, at random moments, or finds the log's disk full or read-only. Each answer that came out of it
must stand in the log with its digest.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import asking_scene
import gateway_scene
import pytest
from promise_figures import FULL_SIZE

from warehouse.access_log import AccessEntry, AccessLog, verify
from warehouse.faults import FAULT_VARIABLE
from warehouse.layout import Layout

FAULTS = [
    f"{point}:{kind}"
    for point in ("access.before_write", "access.before_fsync", "gateway.after_log",
                  "gateway.before_answer")
    for kind in ("kill", "full")
]  # fmt: skip
RANDOM_KILLS = 40 if FULL_SIZE else 1
PROGRAM = Path(asking_scene.__file__)


@pytest.fixture
def layout(tmp_path):
    home = tmp_path / "home"
    gateway_scene.build(home)
    return Layout(home)


def started(layout, first, count, **settings):
    return subprocess.Popen(
        [sys.executable, str(PROGRAM), str(layout.home), str(first), str(count)],
        env={**os.environ, "PYTHONPATH": str(PROGRAM.parent), **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def answers(process) -> dict[int, str]:
    """Number → digest of every answer that came out."""
    lines = [line.split(" ", 1) for line in process.stdout.read().splitlines()]
    process.stdout.close()
    process.wait()
    return {int(line[0]): line[1] for line in lines if len(line) == 2 and len(line[1]) == 64}


def logged(layout) -> dict[int, str]:
    """Number → digest of every answer that the log holds."""
    asked, told = {}, {}
    for file in sorted(layout.access.glob("log-*.jsonl")):
        for line in file.read_bytes().split(b"\n"):
            if not line.endswith(b"}"):
                continue
            entry = json.loads(line)
            if "statement" in entry:
                asked[entry["number"]] = entry["statement"]
            if entry.get("result") == "answered":
                told[entry["completes"]] = entry["result_sha256"]
    return {
        int(statement.split(",")[1].split()[0]): told[number]
        for number, statement in asked.items()
        if number in told
    }


def unlogged(layout, given: dict[int, str]) -> list[int]:
    """Answers that the log does not hold, by number."""
    held = logged(layout)
    return [
        number
        for number, digest in given.items()
        if held.get(number) != hashlib.sha256(digest.encode()).hexdigest()
    ]


@pytest.mark.promise("G1")
def test_a_gateway_that_dies_answered_nothing_that_is_not_logged(layout, record_figure):
    given, missing, dice = 0, [], random.Random(5)  # noqa: S311 (a test's dice)
    faults = FAULTS if FULL_SIZE else FAULTS[3::4]
    for place, fault in enumerate(faults):
        process = started(layout, 1000 * place, 1, **{FAULT_VARIABLE: fault})
        told = answers(process)
        given += len(told)
        missing += [(fault, number) for number in unlogged(layout, told)]
        # With any of these faults, nothing comes out at all.
        assert told == {}, fault
    for kill in range(RANDOM_KILLS):
        first = 1_000_000 + 1000 * kill
        process = started(layout, first, 999)
        line = process.stdout.readline()
        time.sleep(dice.random() * 1.5)
        process.kill()
        told = answers(process) | ({first: line.split()[1]} if line else {})
        given += len(told)
        missing += [("random", number) for number in unlogged(layout, told)]
    # The next line heals what a death left.
    AccessLog(layout).append(AccessEntry(actor="a", action="query", object="mart"))
    assert verify(layout) == []
    assert given
    record_figure(
        "G1",
        f"{len(faults)} deaths at named points and {RANDOM_KILLS} at random, {given:,} answers: "
        f"{len(missing)} without lines on the disk",
        held=not missing,
        deaths=len(faults) + RANDOM_KILLS,
        answers=given,
        missing=len(missing),
    )


def mounted(folder, *options):
    done = subprocess.run(
        ["/bin/mount", *options, str(folder)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"this machine lets no test mount a disk: {done.stderr.strip()[:80]}")


@pytest.fixture
def small_disk(layout, tmp_path):
    """The log on a disk of its own that holds 256 KiB."""
    if os.geteuid():
        pytest.skip("only the superuser may mount a small disk")
    kept = tmp_path / "kept"
    AccessLog(layout).append(AccessEntry(actor="a", action="query", object="mart"))
    shutil.copytree(layout.access, kept)
    mounted(layout.access, "-t", "tmpfs", "-o", "size=256k", "tmpfs")
    shutil.copytree(kept, layout.access, dirs_exist_ok=True)
    yield layout.access
    subprocess.run(["/bin/umount", str(layout.access)], check=True)


@pytest.mark.promise("G1")
def test_a_full_disk_of_the_log_ends_all_answers(layout, small_disk, record_figure):
    count = 60
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * (220 << 10))
    told = answers(started(layout, 0, count)) if FULL_SIZE else {}
    missing = unlogged(layout, told)
    # What room is left, to the last byte.
    with suppress(OSError), filler.open("ab", buffering=0) as more:
        while more.write(b"x"):
            pass
    after = answers(started(layout, 5000, 2))
    filler.unlink()
    again = answers(started(layout, 9000, 1))
    assert verify(layout) == []
    record_figure(
        "G1",
        f"a disk that fills up under the log: {len(told)} answers before, {len(after)} while it was "
        f"full, {len(again)} once there was room; {len(missing)} not logged",
        held=not missing and not after and len(again) == 1 and not unlogged(layout, again),
    )


@pytest.mark.promise("G1")
def test_a_log_that_is_read_only_ends_all_answers(layout, small_disk, record_figure):
    mounted(small_disk, "-o", "remount,ro")
    told = answers(started(layout, 0, 2))
    record_figure("G1", f"a log that is read-only: {len(told)} answers", held=not told)
