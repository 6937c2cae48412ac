"""G1: no command answers without a line of the access log on the disk."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import pytest
import release_scene

from warehouse.access_log import AccessEntry, AccessLog, AccessResult
from warehouse.access_log.citizen import citizen_accesses
from warehouse.access_log.frames import read_accesses
from warehouse.layout import Layout

PROJECT = Path(__file__).parents[2]
OUTCOME = "eligible"
QUESTION = "SELECT outcome, 'P0123456789' AS person_id FROM decision"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    made = tmp_path_factory.mktemp("logged") / "home"
    release_scene.publish(made, 1)
    return made


def ask(home, **settings):
    """Ask in a process of its own, which a fault may kill."""
    return subprocess.run(
        [sys.executable, "-c", "from hub.command_line import main; main()", "query", QUESTION,
         "--json", "--by", "kim", "--purpose", "audit"],
        cwd=PROJECT,
        env={**os.environ, "HUB_HOME": str(home), **settings},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip


def test_an_answer_stands_in_the_log_with_whom_it_was_about(home):
    done = ask(home)
    assert OUTCOME in done.stdout, done.stderr
    last = read_accesses(Layout(home)).tail(2)
    assert last["result"].to_list() == ["allowed", "answered"]
    assert last["purpose"].to_list() == ["audit", "audit"]
    assert last["subjects"].to_list() == [None, 1]


@pytest.mark.promise("G1")
@pytest.mark.parametrize(
    "fault",
    ["access.before_write:full", "access.before_fsync:full", "access.before_write:kill",
     "access.before_fsync:kill"],
)  # fmt: skip
def test_without_a_durable_line_nothing_is_answered(home, fault):
    done = ask(home, HUB_FAULT=fault)
    assert done.returncode != 0
    assert OUTCOME not in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.promise("G1")
def test_a_log_that_cannot_be_written_answers_nothing(home, tmp_path):
    moved = tmp_path / "away"
    access = Layout(home).access
    access.rename(moved)
    access.write_text("not a folder")
    try:
        done = ask(home)
    finally:
        access.unlink()
        moved.rename(access)
    assert done.returncode == 1
    assert OUTCOME not in done.stdout
    assert "nothing may be answered" in done.stderr


def test_a_second_line_of_an_access_counts_as_the_same_access(tmp_path):
    layout = Layout(tmp_path / "home")
    layout.prepare()
    log = AccessLog(layout)
    first = log.append(AccessEntry(actor="lee", action="query", object="mart"))
    log.append(AccessEntry(
        actor="lee", action="query", object="mart", result=AccessResult.ANSWERED,
        subjects=("P1", "P2"), completes=first.number, rows=2,
    ))  # fmt: skip
    seen = citizen_accesses(layout, {"P2"}, dt.date(2030, 1, 1))
    assert seen["what_was_done"].to_list() == ["query"]
    assert seen["role"].to_list() == ["official"]
