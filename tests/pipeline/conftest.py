"""A hub of two whole nights that a module of tests may change, and its index commands."""

from __future__ import annotations

import os
import shutil

import pytest
from typer.testing import CliRunner

from pipelines.index_commands import index_app
from warehouse.layout import HOME_VARIABLE, Layout
from warehouse.releases import current


@pytest.fixture(scope="module")
def home(whole_nights, tmp_path_factory):
    """A copy of the hub that only one module changes; what is big and unchanged is linked."""
    copied = tmp_path_factory.mktemp("own") / "home"
    shutil.copytree(whole_nights / "home", copied, copy_function=_copy_or_link)
    return copied


def _copy_or_link(source, target):
    if source.endswith((".sqlite", ".json", ".jsonl", ".lock", ".key", "CURRENT")):
        return shutil.copy2(source, target)
    return os.link(source, target)


@pytest.fixture(scope="module")
def layout(whole_nights):
    """The hub that all modules read; a module that changes one has a `layout` of its own."""
    return Layout(whole_nights / "home")


@pytest.fixture(scope="module")
def release(layout):
    """The current release of the module's `layout`."""
    return current(layout)


@pytest.fixture
def run(home, monkeypatch):
    """`run(*arguments, code=0)`: `hub index` on the copy, with the exit code that is expected."""
    monkeypatch.setenv(HOME_VARIABLE, str(home))

    def invoke(*arguments, code=0):
        result = CliRunner().invoke(index_app, list(arguments))
        assert result.exit_code == code, result.output
        return result

    return invoke
