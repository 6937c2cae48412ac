"""A hub with decisions and findings only; its files need not survive a crash."""

import sys
from pathlib import Path

import pytest

from warehouse import durable

sys.path.insert(0, str(Path(__file__).parents[2]))


@pytest.fixture
def hub(tmp_path, monkeypatch):
    from extract_scene import ExtractHub

    monkeypatch.setattr(durable, "fsync_path", lambda _path: None)
    hub = ExtractHub(tmp_path)
    yield hub
    hub.ledger.close()
