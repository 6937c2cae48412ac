"""A whole night under the example's grants: everybody sees what their role sees, and nobody more.

From `hub access init --example` on, by the commands of docs/access.md, on the marts of a real release.
"""

from __future__ import annotations

import hashlib
import json

import polars as pl
import pytest
from typer.testing import CliRunner

from hub.command_line import build_application
from warehouse import releases
from warehouse.access_log import verify
from warehouse.access_log.answering import Asker
from warehouse.access_log.frames import read_accesses
from warehouse.gateway.gateway import answer, result_digest
from warehouse.layout import HOME_VARIABLE, Layout

KIM = ("--by", "kim.auditor", "--purpose", "finding_review")
LEE = ("--by", "lee.head", "--purpose", "finding_review")
COUNTER = ("--by", "cho.counter", "--purpose", "supervision")
ENGINEER = ("--by", "han.engineer", "--purpose", "data_quality")


@pytest.fixture(scope="module")
def application():
    return build_application()


@pytest.fixture
def hub(application, home, monkeypatch):
    """`hub(*words, code=0)`: the command's rows, or what it said where it ends with another code."""
    monkeypatch.setenv(HOME_VARIABLE, str(home))

    def run(*words, code=0):
        done = CliRunner().invoke(application, [str(word) for word in words])
        assert done.exit_code == code, done.output
        if code:
            return done.stderr
        return json.loads(done.stdout) if "--json" in words else done.stdout

    return run


@pytest.fixture(scope="module")
def layout(home):
    return Layout(home)


@pytest.fixture
def cases(hub, layout):
    """Two open cases of two people; the first is assigned to the auditor."""
    if not (layout.home / "grants").exists():
        hub("access", "init", "--example")
    found = hub("cases", "list", "--limit", "500", "--json", *LEE)
    told = [each for each in found if each["person_id"]]
    one = next((each for each in told if each["assignee"] == "kim.auditor"), told[0])
    other = next(each for each in found if each["person_id"] not in {None, one["person_id"]})
    if one["assignee"] != "kim.auditor":
        hub("cases", "assign", one["case_id"], "--to", "kim.auditor", "--by", "lee.head",
            "--reason", "first case")  # fmt: skip
    return one, other


def of(case):
    return ("--case", case["case_id"])


def test_an_auditor_sees_the_people_of_the_assigned_case_and_nobody_else(hub, cases, layout):
    one, other = cases
    release = releases.current(layout)
    assert release.mart("auditor_case__finding_review").exists()
    everybody = set(pl.read_parquet(release.table("finding"))["person_id"].drop_nulls())
    assert {one["person_id"], other["person_id"]} <= everybody
    for table in ("finding", "person", "person_circumstance"):
        rows = hub("query", f"SELECT * FROM {table}", "--json", *KIM, *of(one))
        assert {row["person_id"] for row in rows} <= {one["person_id"]}, table
        assert rows, table
        assert not any(name.endswith("_token") for row in rows for name in row)
    decided = hub("query", "SELECT subject_id FROM decision", "--json", *KIM, *of(one))
    assert {row["subject_id"] for row in decided} <= {one["person_id"]}
    for refused in (of(other), ()):
        said = hub("query", "SELECT * FROM finding", *KIM, *refused, code=1)
        assert "case" in said
        assert other["person_id"] not in said


def test_commands_keep_to_the_case_as_well(hub, cases, layout):
    one, other = cases
    shown = hub("cases", "list", "--json", *KIM)
    assert [each["case_id"] for each in shown] == [one["case_id"]]
    hub("cases", "show", one["case_id"], "--json", *KIM)
    assert "case" in hub("cases", "show", other["case_id"], *KIM, *of(one), code=1)
    findings = pl.read_parquet(releases.current(layout).table("finding"))
    mine, theirs = (
        findings.filter(person_id=each["person_id"])["finding_id"][0] for each in (one, other)
    )
    hub("explain", "finding", mine, "--json", *KIM, *of(one))
    said = hub("explain", "finding", theirs, *KIM, *of(one), code=1)
    assert "people of your case only" in said
    assert "people of your case only" in hub("consult", other["person_id"], *KIM, *of(one), code=1)
    said = hub("index", "how", one["person_id"], *KIM, *of(one), code=1)
    assert "may not review_index" in said
    last = read_accesses(layout).sort("number").tail(1)
    assert (last["result"][0], last["actor"][0]) == ("refused", "kim.auditor")


def test_each_role_asks_its_own_mart(hub, cases, layout):
    assert hub("query", "SELECT * FROM person_cell", "--json", *COUNTER)
    assert "table" in hub("query", "SELECT * FROM finding", *COUNTER, code=1)
    assert "purpose" in hub("query", "SELECT * FROM person_cell", "--by", "cho.counter", code=1)
    assert hub("query", "SELECT delivery_id FROM delivery LIMIT 3", "--json", *ENGINEER)
    assert "no table income" in hub("query", "SELECT person_id FROM income", *ENGINEER, code=1)
    assert hub("log", "show", "--json", "--by", "lim.reviewer")
    assert "purpose supervision" in hub("log", "show", "--by", "cho.counter", code=1)
    person = cases[0]["person_id"]
    seen = hub("citizen", "accesses", person, "--json", "--by", "jung.desk")
    assert "auditor_case" in {row["role"] for row in seen}
    assert verify(layout) == []


def test_every_answer_of_the_night_can_be_given_again(hub, cases, layout):
    hub(
        "query",
        "SELECT rule_id, person_id FROM finding ORDER BY ALL",
        "--json",
        *KIM,
        *of(cases[0]),
    )
    told = read_accesses(layout).filter(action="query", result="allowed").to_dicts()
    ended = {
        line["completes"]: line["result_sha256"]
        for file in sorted(layout.access.glob("log-*.jsonl"))
        for line in map(json.loads, file.read_text("utf-8").splitlines())
        if line.get("result") == "answered" and "result_sha256" in line
    }
    asked = [each for each in told if each["number"] in ended]
    assert asked
    for each in asked:
        release = releases.open_release(layout, each["release"])
        asker = Asker(each["actor"], each["purpose"], each["case_id"])
        again = result_digest(answer(layout, asker, each["statement"], release).table)
        assert hashlib.sha256(again.encode()).hexdigest() == ended[each["number"]]


def test_who_leaves_sees_nothing_from_that_day_on(hub, cases):
    question = ("query", "SELECT * FROM finding", *KIM, *of(cases[0]))
    hub(*question)
    hub("officials", "leave", "kim.auditor", "--by", "hr")
    assert "no post" in hub(*question, code=1)
