"""Do the commands say what is legal, and tell the whole story?"""

from __future__ import annotations

import json

import pytest
import typer
from typer.testing import CliRunner

from pipelines.case_commands import cases_app
from pipelines.rule_commands import rules_app

BY = ["--by", "lee", "--reason", "the file says so"]


@pytest.fixture
def office_at_home(tmp_path, monkeypatch, quick_office, found):
    monkeypatch.setenv("HUB_HOME", str(tmp_path))
    monkeypatch.setenv("HUB_LEDGER_URL", f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    quick_office.night(found("P1", 1), found("P1", 2), found("P2", 1, rule="D25"))
    return quick_office


def run(app, *words, code=0):
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == code, result.output
    return result.stdout if code == 0 else result.output


@pytest.mark.usefixtures("office_at_home")
def test_a_case_is_worked_on_from_the_command_line():
    (row,) = json.loads(run(cases_app, "list", "--json"))
    case = row["case_id"]
    assert (row["state"], row["due_on"]) == ("OPEN", "2026-04-11")
    refused = run(
        cases_app, "decide", case, "--cause", "claimant_error", "--action", "stop", *BY, code=1
    )
    assert "legal: assign, hold, release" in refused
    run(cases_app, "assign", case, "--to", "lee", *BY, "--on", "2026-04-02")
    run(cases_app, "notice", case, *BY, "--on", "2026-04-02")
    run(cases_app, "explain", case, "--no-response", *BY, "--on", "2026-04-17")
    decide = ["decide", case, "--cause", "claimant_error", "--action", "stop", "--reason", "wages"]
    own = [*decide, "--by", "Lee", "--on", "2026-04-18"]
    assert "another person decides" in run(cases_app, *own, code=1)
    total = [*decide, "--by", "kim", "--overpaid", "300000"]
    assert "a total has no month" in run(cases_app, *total, code=1)
    run(cases_app, *decide, "--by", "kim", "--on", "2026-04-18", "--overpaid", "2026-01=300000")
    run(cases_app, "act", case, *BY, "--on", "2026-04-20", "--monthly", "100000")
    assert "may appeal until 2026-07-19" in run(
        cases_app, "close", case, *BY, "--on", "2026-04-21", code=1
    )
    (story,) = json.loads(run(cases_app, "show", case, "--json"))
    assert story["state"] == "ACTION"
    assert story["money_sums"] == {
        "overpaid_detected": 300_000,
        "recovered": 0,
        "prevented_forward": 600_000,
        "underpaid_restored": 0,
    }
    assert story["legal_steps"] == ["release", "act", "appeal", "close"]
    assert len(story["findings"]) == 2
    assert story["clears_when"]
    told = run(cases_app, "show", case)
    for part in ("wage 100", "stop_monthly", "legal next steps: release, act"):
        assert part in told
    appeal = ["appeal", case, *BY, "--on", "2026-05-01"]
    assert "not both" in run(cases_app, *appeal, "--upheld", "--reversed", code=1)
    run(cases_app, *appeal)
    run(
        cases_app,
        "appeal",
        case,
        "--upheld",
        "--by",
        "park",
        "--reason",
        "as before",
        "--on",
        "2026-05-02",
    )
    run(cases_app, "close", case, *BY)
    assert json.loads(run(cases_app, "list", "--json")) == []


@pytest.mark.usefixtures("office_at_home")
def test_a_rule_that_only_counts_gets_its_case_by_hand(found):
    finding = found("P2", 1, rule="D25")["finding_id"]
    case = run(cases_app, "open", finding, *BY).split(":")[0]
    assert case in run(cases_app, "list", "--rule", "D25")
    assert "no open finding" in run(cases_app, "open", "nothing", *BY, code=1)


@pytest.mark.usefixtures("office_at_home")
def test_an_unknown_case_or_rule_is_named():
    assert "no case c0" in run(cases_app, "show", "c0", code=1)
    assert "no rule D99" in run(rules_app, "standing", "D99", code=2)
    assert "not demoted" in run(rules_app, "reinstate", "D28", *BY, code=1)


@pytest.mark.usefixtures("office_at_home")
def test_the_standing_of_every_rule_is_shown():
    rows = json.loads(run(rules_app, "standing", "--json"))
    assert {row["institution"] for row in rows} == {"all"}
    assert {"D01", "D28"} <= {row["rule_id"] for row in rows}


def test_every_command_that_changes_a_case_asks_who_and_why():
    group = typer.main.get_command(cases_app)
    for name, command in group.commands.items():
        if name not in ("list", "show"):
            required = {each.name for each in command.params if each.required}
            assert {"by", "reason"} <= required, name
