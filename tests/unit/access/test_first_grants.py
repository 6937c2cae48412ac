"""Operator mode ends with the first grants, for good; each change of grants stands in the log."""

from __future__ import annotations

import datetime as dt
import shutil

import pytest
from typer.testing import CliRunner

from hub.access import load_grants, load_policy
from warehouse.access_log import AccessLogError, AccessRefusedError, AccessResult
from warehouse.access_log.answering import Asker, logged_access
from warehouse.access_log.frames import read_accesses
from warehouse.gateway.access_commands import access_app
from warehouse.gateway.first_grants import lay_first_grants
from warehouse.gateway.standing_grants import GRANTS, grant_guard, has_grants, standing_grants
from warehouse.layout import HOME_VARIABLE, Layout

TODAY = dt.date(2026, 3, 2)


@pytest.fixture
def layout(tmp_path, monkeypatch):
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    made = Layout.from_environment()
    made.prepare()
    return made


def access(layout, action, actor, *, purpose=None, case=None, subjects=()):
    return logged_access(
        layout, action, "something", subjects=subjects, asker=Asker(actor, purpose, case),
        guard=grant_guard(layout, lambda: TODAY),
    )  # fmt: skip


def last(layout):
    return read_accesses(layout).sort("number").tail(1).to_dicts()[0]


def test_a_hub_without_grants_lets_everybody_see(layout):
    assert not has_grants(layout)
    with access(layout, "explain", "anybody") as shown:
        assert shown.permission is None


def test_the_example_gives_each_role_its_own_and_no_more(layout):
    lay_first_grants(layout, TODAY, is_example=True)
    grants = load_grants(layout.home / GRANTS)
    assert {grant.role for grant in grants} <= set(load_policy().roles)
    with access(layout, "index how", "yoon.steward", purpose="data_quality") as shown:
        assert shown.permission.grant_id == "EX-INDEX"
    assert last(layout)["role"] == "index_steward"
    for action, actor, purpose in (
        ("explain", "yoon.steward", "data_quality"),
        ("index how", "han.engineer", "data_quality"),
        ("log show", "oh.operator", None),
        ("a command of tomorrow", "lee.head", "finding_review"),
        ("index how", "somebody", "data_quality"),
    ):
        with pytest.raises(AccessRefusedError), access(layout, action, actor, purpose=purpose):
            pytest.fail("shown")
        assert last(layout)["result"] == AccessResult.REFUSED.value
    with access(layout, "log show", "lim.reviewer"), access(layout, "rollback", "oh.operator"):
        pass


@pytest.mark.usefixtures("layout")
def test_grants_are_laid_down_once():
    runner = CliRunner()
    assert runner.invoke(access_app, ["init", "--example"]).exit_code == 0
    again = runner.invoke(access_app, ["init"])
    assert again.exit_code == 1
    assert "by hand" in again.stderr


def test_an_empty_form_grants_nobody_anything(layout):
    lay_first_grants(layout, TODAY, is_example=False)
    with pytest.raises(AccessRefusedError, match="no grants"), access(layout, "explain", "kim"):
        pytest.fail("shown")


def test_a_folder_of_grants_that_is_gone_refuses_everybody(layout):
    lay_first_grants(layout, TODAY, is_example=True)
    shutil.rmtree(layout.home / GRANTS)
    assert has_grants(layout)
    with pytest.raises(AccessRefusedError), access(layout, "log show", "lim.reviewer"):
        pytest.fail("shown")
    assert "removed EX-CASE" in str(read_accesses(layout)["object"].to_list())


def test_every_change_of_a_grant_is_logged_before_it_counts(layout, monkeypatch):
    file = lay_first_grants(layout, TODAY, is_example=True)
    text = file.read_text("utf-8")
    file.write_text(text.replace('rows = "assigned_cases"', 'rows = "all"'), "utf-8")
    monkeypatch.setenv("HUB_FAULT", "access.before_fsync:full")
    with pytest.raises(AccessLogError):
        standing_grants(layout)
    monkeypatch.delenv("HUB_FAULT")
    standing_grants(layout)
    told = read_accesses(layout).filter(action="grant")["object"].to_list()
    assert told[-1] == "grants: changed EX-CASE"
    standing_grants(layout)
    assert read_accesses(layout).filter(action="grant").height == len(told)
