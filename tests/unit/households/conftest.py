"""A village for the tests of households and units."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from village_scene import Village

from warehouse import durable


@pytest.fixture
def village(tmp_path, monkeypatch):
    """An empty village. Its tables need not survive a crash."""
    monkeypatch.setattr(durable, "fsync_path", lambda _path: None)
    made = Village(tmp_path)
    yield made
    if made.bench is not None:
        made.bench.connection.close()
