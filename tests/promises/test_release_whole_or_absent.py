"""A release is whole or absent, whatever happens while it is published, and damage is found."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import release_scene

from warehouse import releases
from warehouse.faults import FAULT_VARIABLE
from warehouse.layout import Layout
from warehouse.ledger import Ledger, ReleaseState
from warehouse.releases import ReleaseError

POINTS = (
    "publish.after_tables",
    "publish.after_marts",
    "publish.after_memory",
    "publish.after_signature",
    "publish.before_rename",
    "publish.after_rename",
    "publish.after_ledger",
)


@pytest.fixture(scope="module")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("first") / "home"
    release_scene.publish(home, 1)
    return home


@pytest.fixture(scope="module")
def calm_digest(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the second version's digest is where nothing crashes."""
    home = tmp_path_factory.mktemp("calm") / "home"
    return release_scene.publish(home, 2).digest


@pytest.fixture
def home(first_night: Path, tmp_path: Path) -> Path:
    """A hub with one release, of its own for each test."""
    return Path(shutil.copytree(first_night, tmp_path / "home"))


def publish_and_fail(home: Path, fault: str) -> int:
    """Publish version 2 in a process that fails at `fault`; return its exit code."""
    command = [sys.executable, str(Path(release_scene.__file__)), str(home), "2"]
    root = str(Path(releases.__file__).parents[1])
    environment = {**os.environ, FAULT_VARIABLE: fault, "PYTHONPATH": root}
    return subprocess.run(
        command, env=environment, check=False, stderr=subprocess.DEVNULL
    ).returncode


def current(home: Path) -> releases.Release:
    release = releases.current(Layout(home))
    assert release is not None
    return release


@pytest.mark.promise("R1")
@pytest.mark.parametrize("point", POINTS)
def test_a_killed_publisher_leaves_the_old_release_and_the_next_run_heals(
    home: Path, point: str, calm_digest: str
) -> None:
    assert publish_and_fail(home, f"{point}:kill") == -signal.SIGKILL
    layout = Layout(home)
    assert current(home).release_id == "r000001"
    for release in releases.list_releases(layout):
        assert releases.verify(release) == []

    healed = release_scene.publish(home, 2)
    assert (healed.release_id, healed.digest) == ("r000002", calm_digest)
    assert current(home).release_id == "r000002"
    assert releases.verify(healed) == []
    assert sorted(path.name for path in layout.releases.iterdir()) == [
        "CURRENT",
        "r000001",
        "r000002",
    ]
    with Ledger.open(layout.ledger_url) as ledger:
        assert [record.release_id for record in ledger.releases()] == ["r000001", "r000002"]
        assert ledger.people()["person_id"].to_list() == ["P1", "P2"]


@pytest.mark.promise("R3")
@pytest.mark.parametrize("point", POINTS[:5])
def test_a_full_disk_leaves_nothing_behind(
    home: Path, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FAULT_VARIABLE, f"{point}:full")
    with pytest.raises(OSError, match="No space left"):
        release_scene.publish(home, 2)
    assert sorted(path.name for path in Layout(home).releases.iterdir()) == ["CURRENT", "r000001"]
    assert current(home).release_id == "r000001"


def test_the_pointer_follows_the_ledger_after_a_crash_between_them(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FAULT_VARIABLE, "publish.after_ledger:full")
    with pytest.raises(OSError, match="No space left"):
        release_scene.publish(home, 2)
    assert current(home).release_id == "r000001"
    with Ledger.open(Layout(home).ledger_url) as ledger:
        releases.heal(Layout(home), ledger)
    assert current(home).release_id == "r000002"


@pytest.mark.promise("R1")
def test_tables_that_were_never_finished_are_not_released(home: Path, calm_digest: str) -> None:
    """What a dead process left of a table, also where its number is another process's by now."""
    tables = Layout(home).tables(release_scene.NIGHT)
    dead = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], check=True,
                          capture_output=True, text=True).stdout.strip()  # fmt: skip
    for process in (dead, os.getppid()):
        (tables / f".staging-{process}-decision.parquet").write_bytes(b"PAR1")
    assert release_scene.publish(home, 2).digest == calm_digest
    assert [path.name for path in tables.glob(".*")] == [
        f".staging-{os.getppid()}-decision.parquet"
    ]


def test_the_same_night_again_publishes_nothing(home: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in Layout(home).releases.rglob("*")}
    again = release_scene.publish(home, 1)
    assert again.release_id == "r000001"
    assert {path: path.stat().st_mtime_ns for path in Layout(home).releases.rglob("*")} == before


def test_the_identity_zone_is_not_released(home: Path) -> None:
    release = current(home)
    assert release.tables == ("decision", "f01_person_identity", "person")
    assert [path for path in release.folder.rglob("*") if "signature" in path.name] == []


def test_the_manifest_says_what_it_was_made_from(home: Path) -> None:
    manifest = current(home).manifest
    assert [entry.sha256 for entry in manifest.inputs] == ["a" * 64]
    assert manifest.versions == {"catalogue": "c" * 64}
    rows = {file.path: file.rows for file in manifest.files}
    assert rows == {
        "marts/auditor.duckdb": None,
        "tables/decision.parquet": 1,
        "tables/f01_person_identity.parquet": 5,
        "tables/person.parquet": 2,
    }


@pytest.mark.promise("R4")
def test_every_flipped_bit_is_found(home: Path) -> None:
    release = current(home)
    chance = random.Random(4)  # noqa: S311 (a fixed seed, no secret)
    for path in sorted(path for path in release.folder.rglob("*") if path.is_file()):
        path.chmod(0o640)
        good = path.read_bytes()
        for _ in range(8):
            bad = bytearray(good)
            bad[chance.randrange(len(bad))] ^= 1 << chance.randrange(8)
            path.write_bytes(bad)
            problems = releases.verify(release)
            assert len(problems) == 1
            assert problems[0].startswith(path.relative_to(release.folder).as_posix()[:13])
        path.write_bytes(good)
    assert releases.verify(release) == []


def test_missing_and_extra_files_are_named(home: Path) -> None:
    release = current(home)
    release.table("person").unlink()
    (release.folder / "tables" / "extra.parquet").write_bytes(b"")
    assert releases.verify(release) == [
        "tables/person.parquet: missing",
        "tables/extra.parquet: not in the manifest",
    ]


def test_a_manifest_that_was_replaced_with_its_check_sum_is_found_by_the_ledger(
    home: Path,
) -> None:
    release = current(home)
    with Ledger.open(Layout(home).ledger_url) as ledger:
        (record,) = ledger.releases()
    assert releases.verify(release, record.manifest_sha256) == []
    assert releases.verify(release, "0" * 64) == [
        "manifest.json: not the manifest that the ledger knows"
    ]


def test_a_damaged_release_is_published_anew(home: Path) -> None:
    damaged = current(home).table("person")
    damaged.chmod(0o640)
    damaged.write_bytes(b"not what it was")
    layout = Layout(home)
    with Ledger.open(layout.ledger_url) as ledger:
        again = releases.publish(
            layout,
            ledger,
            release_scene.NIGHT,
            release_scene.build_tables(layout, 1),
            inputs=ledger.effective_deliveries(),
            versions={},
            build_marts=lambda _folder: None,
        )
    assert again.release_id == "r000002"
    assert releases.verify(again) == []


def test_a_database_that_was_not_closed_is_not_released(home: Path) -> None:
    layout = Layout(home)

    def leave_a_log(folder: Path) -> None:
        (folder / "marts" / "auditor.duckdb.wal").write_bytes(b"rest")

    with Ledger.open(layout.ledger_url) as ledger, pytest.raises(ReleaseError, match="not closed"):
        releases.publish(
            layout,
            ledger,
            release_scene.NIGHT,
            release_scene.build_tables(layout, 3),
            inputs=[],
            versions={},
            build_marts=leave_a_log,
        )
    assert current(home).release_id == "r000001"


def test_rolling_back_and_forward_again(home: Path) -> None:
    release_scene.publish(home, 2)
    layout = Layout(home)
    with Ledger.open(layout.ledger_url) as ledger:
        releases.rollback(layout, ledger, "r000001", actor="kim", reason="wrong rates")
        assert current(home).release_id == "r000001"
        assert [record.state for record in ledger.releases()] == [
            ReleaseState.PUBLISHED,
            ReleaseState.ROLLED_BACK,
        ]
        releases.heal(layout, ledger)
        assert current(home).release_id == "r000001"
        releases.rollback(layout, ledger, "r000002", actor="kim", reason="rates were right")
        assert current(home).release_id == "r000002"
        assert [(event.release_id, event.kind) for event in ledger.release_events()] == [
            ("r000001", "published"),
            ("r000002", "published"),
            ("r000002", "rolled_back"),
            ("r000001", "restored"),
            ("r000002", "restored"),
        ]


def test_a_number_is_never_used_twice(home: Path) -> None:
    release_scene.publish(home, 2)
    layout = Layout(home)
    with Ledger.open(layout.ledger_url) as ledger:
        releases.rollback(layout, ledger, "r000001", actor="kim", reason="wrong rates")
    shutil.rmtree(layout.releases / "r000002")
    assert release_scene.publish(home, 3).release_id == "r000003"


@pytest.mark.parametrize(
    ("release_id", "reason", "message"),
    [
        ("r000001", " ", "needs a reason"),
        ("r000001", "why", "current already"),
        ("r000009", "why", "no release r000009"),
        ("../vault", "why", "is no release"),
    ],
)
def test_a_rollback_that_makes_no_sense_is_refused(
    home: Path, release_id: str, reason: str, message: str
) -> None:
    layout = Layout(home)
    with (
        Ledger.open(layout.ledger_url) as ledger,
        pytest.raises(ReleaseError, match=message),
    ):
        releases.rollback(layout, ledger, release_id, actor="kim", reason=reason)


def test_a_damaged_release_is_not_restored(home: Path) -> None:
    release_scene.publish(home, 2)
    layout = Layout(home)
    (layout.releases / "r000001" / "tables" / "person.parquet").unlink()
    with (
        Ledger.open(layout.ledger_url) as ledger,
        pytest.raises(ReleaseError, match=r"person\.parquet: missing"),
    ):
        releases.rollback(layout, ledger, "r000001", actor="kim", reason="why")
    assert current(home).release_id == "r000002"


def test_a_reader_keeps_the_release_that_it_opened(home: Path) -> None:
    opened = current(home)
    release_scene.publish(home, 2)
    assert releases.verify(opened) == []
