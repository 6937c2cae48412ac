"""A log of a hub of its own."""

from __future__ import annotations

import pytest

from warehouse.access_log import AccessEntry, AccessLog
from warehouse.layout import Layout


@pytest.fixture
def layout(tmp_path):
    made = Layout(tmp_path / "home")
    made.prepare()
    return made


@pytest.fixture
def log(layout):
    return AccessLog(layout)


@pytest.fixture
def entry():
    """`entry("lee", "P1", "P2", at=…)`: an access of `lee` to the data of two people."""

    def make(actor="lee", *subjects, **told):
        told.setdefault("action", "explain")
        told.setdefault("object", "decision P001")
        return AccessEntry(actor=actor, subjects=subjects, **told)

    return make
