"""One night at a time on one hub."""

import threading
import time

import pytest
from holder_scene import another_holder
from sqlalchemy import create_engine, text

from warehouse import night_lock as night_lock_module
from warehouse.layout import Layout
from warehouse.ledger import LedgerError
from warehouse.ledger.ledger import ledger_url
from warehouse.ledger.night_hold import hold_night
from warehouse.night_lock import (
    NightIsRunningError,
    holds_night,
    night_lock,
    refuse_company,
)


def test_a_second_process_is_refused_until_the_first_is_dead(tmp_path):
    layout = Layout(tmp_path)
    with (
        another_holder(tmp_path),
        pytest.raises(NightIsRunningError, match="wait"),
        night_lock(layout),
    ):
        pass
    with night_lock(layout):
        pass


def test_another_host_is_refused_by_the_server_until_the_first_is_dead(
    tmp_path, postgresql, monkeypatch
):
    """Two hosts share the ledger, not the file lock: two homes stand for them."""
    monkeypatch.setenv("HUB_LEDGER_URL", postgresql)
    here, there = tmp_path / "here", tmp_path / "there"
    with (
        another_holder(there, HUB_LEDGER_URL=postgresql),
        pytest.raises(NightIsRunningError, match="another host"),
        night_lock(Layout(here)),
    ):
        pass
    with _soon(Layout(here)):
        pass


def _soon(layout):
    """Take the lock; a server notices a death within moments, not at once."""
    for _ in range(100):
        with hold_night(layout.ledger_url) as hold:
            if hold.is_held:
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


def test_patience_waits_for_the_other_process(tmp_path, monkeypatch):
    monkeypatch.setattr(night_lock_module, "SECONDS_BETWEEN_TRIES", 0.05)
    layout = Layout(tmp_path)
    with another_holder(tmp_path) as holder:
        with (
            pytest.raises(NightIsRunningError, match="another process"),
            night_lock(layout, patience_seconds=0.1),
        ):
            pass
        threading.Timer(0.3, holder.kill).start()
        with night_lock(layout, patience_seconds=60):
            assert holds_night(layout)
    assert not holds_night(layout)


def test_a_lock_that_the_server_let_go_of_is_noticed(tmp_path, postgresql, monkeypatch):
    monkeypatch.setenv("HUB_LEDGER_URL", postgresql)
    layout = Layout(tmp_path)
    with night_lock(layout):
        refuse_company(layout)
        with create_engine(ledger_url(postgresql)).connect() as other:
            other.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks"
                    " WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
                )
            )
        for _ in range(2):
            with pytest.raises(NightIsRunningError, match="nothing is published"):
                refuse_company(layout)


def test_a_hub_that_nobody_holds_has_no_company(tmp_path):
    refuse_company(Layout(tmp_path))
