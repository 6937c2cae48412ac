"""One night at a time on one hub."""

import os
import subprocess
import sys
import time

import pytest

from warehouse.layout import Layout
from warehouse.ledger import LedgerError
from warehouse.ledger.night_hold import hold_night
from warehouse.night_lock import NightIsRunningError, night_lock

HOLD = """
import sys
from pathlib import Path
from warehouse.layout import Layout
from warehouse.night_lock import night_lock
with night_lock(Layout(Path(sys.argv[1]))):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_process_is_refused_until_the_first_is_dead(tmp_path):
    layout = Layout(tmp_path)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(NightIsRunningError, match="wait"), night_lock(layout):
            pass
    finally:
        holder.kill()
        holder.communicate()
    with night_lock(layout):
        pass


def test_another_host_is_refused_by_the_server_until_the_first_is_dead(
    tmp_path, postgresql, monkeypatch
):
    """Two hosts share the ledger, not the file lock: two homes stand for them."""
    monkeypatch.setenv("HUB_LEDGER_URL", postgresql)
    here, there = tmp_path / "here", tmp_path / "there"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(there)],
        env=os.environ | {"HUB_LEDGER_URL": postgresql},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(NightIsRunningError, match="another host"), night_lock(Layout(here)):
            pass
    finally:
        holder.kill()
        holder.communicate()
    with _soon(Layout(here)):
        pass


def _soon(layout):
    """Take the lock; a server notices a death within moments, not at once."""
    for _ in range(100):
        with hold_night(layout.ledger_url) as is_held:
            if is_held:
                break
        time.sleep(0.05)
    return night_lock(layout)


def test_a_ledger_that_cannot_be_reached_says_so_without_the_password(tmp_path, monkeypatch):
    monkeypatch.setenv("HUB_LEDGER_URL", f"postgresql://hub:secret@/hub?host={tmp_path}")
    with (
        pytest.raises(LedgerError, match="cannot be reached") as told,
        night_lock(Layout(tmp_path)),
    ):
        pass
    assert "secret" not in str(told.value)
