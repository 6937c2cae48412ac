"""How do received bytes get into the archive, and what does a crash in between leave?"""

from __future__ import annotations

import hashlib
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from warehouse import archive, staging
from warehouse.faults import FAULT_VARIABLE
from warehouse.layout import Layout

BYTES = b"H received bytes\n"
SHA256 = hashlib.sha256(BYTES).hexdigest()


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout(tmp_path / "home")
    layout.prepare()
    return layout


@pytest.fixture
def drop(layout: Layout) -> Path:
    file = layout.landing / "I03" / "file.csv"
    file.parent.mkdir()
    file.write_bytes(BYTES)
    return file


def received(layout: Layout) -> bytes:
    with archive.open_received(layout, SHA256) as file:
        return file.read()


def test_bytes_lie_by_content_and_cannot_be_written(layout: Layout, drop: Path) -> None:
    sha256, stored, size_bytes = archive.store(layout, drop)
    assert (sha256, stored, size_bytes) == (SHA256, layout.archived(SHA256), len(BYTES))
    assert received(layout) == BYTES
    assert BYTES not in stored.read_bytes()
    assert stat.S_IMODE(stored.stat().st_mode) == 0o440
    assert drop.exists()
    archive.clear(drop, stored)
    assert not drop.exists()
    assert received(layout) == BYTES


def test_a_sender_who_goes_on_writing_does_not_reach_the_archive(
    layout: Layout, drop: Path
) -> None:
    with drop.open("ab") as still_open:
        archive.store(layout, drop)
        still_open.write(b"more")
    assert received(layout) == BYTES


def test_the_same_bytes_again_are_stored_once(layout: Layout, drop: Path) -> None:
    stored = archive.store(layout, drop).path
    before = stored.stat()
    assert archive.store(layout, drop).path == stored
    assert stored.stat() == before
    assert [path for path in stored.parents[1].rglob("*") if path.is_file()] == [stored]


def test_a_drop_is_not_removed_while_its_bytes_are_not_archived(layout: Layout, drop: Path) -> None:
    with pytest.raises(FileNotFoundError):
        archive.clear(drop, layout.archived(SHA256))
    assert drop.read_bytes() == BYTES


def test_a_full_disk_keeps_the_drop_and_leaves_nothing(
    layout: Layout, drop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FAULT_VARIABLE, "archive.after_copy:full")
    with pytest.raises(OSError, match="No space left"):
        archive.store(layout, drop)
    assert drop.read_bytes() == BYTES
    assert list((layout.vault / "archive").iterdir()) == []


@pytest.mark.parametrize("point", ["archive.after_copy", "archive.after_rename"])
def test_a_kill_loses_nothing_and_the_next_try_heals(
    layout: Layout, drop: Path, point: str
) -> None:
    code = (
        "import sys; from pathlib import Path; from warehouse import archive; "
        "from warehouse.layout import Layout; "
        "archive.store(Layout(Path(sys.argv[1])), Path(sys.argv[2]))"
    )
    environment = {
        **os.environ,
        FAULT_VARIABLE: f"{point}:kill",
        "PYTHONPATH": str(Path(archive.__file__).parents[1]),
    }
    command = [sys.executable, "-c", code, str(layout.home), str(drop)]
    assert subprocess.run(command, env=environment, check=False).returncode < 0
    assert drop.read_bytes() == BYTES
    stored = archive.store(layout, drop).path
    staging.sweep(layout.vault / "archive")
    assert [path for path in stored.parents[1].rglob("*") if path.is_file()] == [stored]
    assert received(layout) == BYTES


def test_the_sweep_spares_what_a_living_process_writes(tmp_path: Path) -> None:
    finished = subprocess.Popen([sys.executable, "-c", ""])
    finished.wait()
    mine = tmp_path / staging.staging_name("x")
    dead = [tmp_path / f".staging-{finished.pid}-x", tmp_path / f".staging-r000001-{finished.pid}"]
    for path in (mine, *dead):
        path.mkdir()
    assert staging.sweep(tmp_path) == sorted(dead)
    assert mine.exists()
