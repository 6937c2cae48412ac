"""Posts come from the personnel office, are kept, and end grants on the day on which they end."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from typer.testing import CliRunner

from hub.access import AccessRequest, Allowed, Grant, Post, decide
from hub.access.grants import Approval
from warehouse.access_log.frames import read_accesses
from warehouse.layout import HOME_VARIABLE, Layout
from warehouse.ledger import Ledger
from warehouse.official_commands import officials_app

HEADER = "actor,area_code,role,valid_from,valid_to,person_id\n"
MARCH = dt.date(2026, 3, 1)


@pytest.fixture
def layout(tmp_path, monkeypatch):
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    return Layout.from_environment()


@pytest.fixture
def hub(layout):
    layout.prepare()

    def run(*arguments, code=0):
        done = CliRunner().invoke(officials_app, [str(each) for each in arguments])
        assert done.exit_code == code, done.output
        return done

    return run


@pytest.fixture
def file(tmp_path):
    def write(*lines):
        made = tmp_path / "personnel.csv"
        made.write_text(HEADER + "".join(f"{line}\n" for line in lines), "utf-8")
        return made

    return write


def posts(hub):
    told = json.loads(hub("list", "--all", "--json").stdout)
    return [(row["actor"], row["role"], row["valid_from"], row["valid_to"]) for row in told]


def is_allowed(layout, day):
    """Whether kim, granted a year from March on, may ask on a day."""
    grant = Grant(
        id="G", person="kim", role="data_engineer", purpose="data_quality", legal_basis="act",
        actions=frozenset(), objects=frozenset({"*"}), columns=frozenset({"*"}), rows="all",
        valid_from=MARCH, valid_to=dt.date(2027, 3, 1),
        approvals=(Approval("lee", MARCH), Approval("park", MARCH)),
    )  # fmt: skip
    with Ledger.open(layout.ledger_url) as ledger:
        told = ledger.officials().select("actor", "valid_from", "valid_to").iter_rows()
        known = [Post(*row) for row in told]
    request = AccessRequest(
        actor="kim", action="query", objects={"delivery": ()}, purpose="data_quality", on_day=day
    )
    return isinstance(decide([grant], known, request), Allowed)


def test_who_moves_has_a_history_and_no_grant_from_that_day_on(hub, layout):
    hub("add", "kim", "--role", "engineer", "--area", "11", "--on", "2026-03-01")
    assert is_allowed(layout, dt.date(2026, 5, 1))
    hub("move", "kim", "--role", "auditor", "--on", "2026-05-01")
    assert posts(hub) == [
        ("kim", "engineer", "2026-03-01", "2026-04-30"),
        ("kim", "auditor", "2026-05-01", None),
    ]
    assert [is_allowed(layout, dt.date(2026, *day)) for day in ((4, 30), (5, 1))] == [True, False]


def test_who_leaves_has_no_grant_from_that_day_on(hub, layout):
    hub("add", "kim", "--role", "engineer", "--on", "2026-03-01")
    hub("leave", "kim", "--on", "2026-05-01")
    assert posts(hub) == [("kim", "engineer", "2026-03-01", "2026-04-30")]
    assert [is_allowed(layout, dt.date(2026, *day)) for day in ((4, 30), (5, 1))] == [True, False]
    assert "no post" in hub("leave", "kim", "--on", "2026-05-01", code=1).stderr
    # Who leaves on the first day held the post on no day.
    hub("add", "lee", "--role", "engineer", "--on", "2026-03-01")
    hub("leave", "lee", "--on", "2026-03-01")
    assert json.loads(hub("list", "--actor", "lee", "--on", "2026-03-01", "--json").stdout) == []
    # Whoever comes back needs a new grant.
    hub("add", "kim", "--role", "engineer", "--on", "2026-06-01")
    assert not is_allowed(layout, dt.date(2026, 6, 1))


def test_a_second_open_post_is_refused(hub):
    hub("add", "kim", "--role", "engineer", "--on", "2026-03-01")
    assert "move" in hub("add", "kim", "--role", "auditor", "--on", "2026-04-01", code=1).stderr


def test_a_file_adds_ends_and_says_so_in_the_log(hub, layout, file):
    first = file("kim,11,engineer,2026-03-01,,", "lee,,head,2020-01-01,,")
    assert json.loads(hub("import", first, "--by", "hr", "--json").stdout) == [
        {"added": 2, "ended": 0, "absent": 0}
    ]
    second = file("kim,11,engineer,2026-03-01,2026-04-30,", "kim,,auditor,2026-05-01,,")
    told = hub("import", second, "--complete", "--on", "2026-06-01", "--json").stdout
    assert json.loads(told) == [{"added": 1, "ended": 1, "absent": 1}]
    assert posts(hub) == [
        ("kim", "engineer", "2026-03-01", "2026-04-30"),
        ("kim", "auditor", "2026-05-01", None),
        ("lee", "head", "2020-01-01", "2026-05-31"),
    ]
    assert json.loads(hub("import", second, "--json").stdout) == [
        {"added": 0, "ended": 0, "absent": 0}
    ]
    logged = read_accesses(layout).filter(action="official")
    assert logged["actor"].to_list()[0] == "hr"
    assert logged.height == 3


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("kim,11,engineer,yesterday,,", "line 2, valid_from"),
        ("kim,11,engineer,,,", "line 2: valid_from"),
        ("kim,Seoul,engineer,2026-03-01,,", "line 2: area_code"),
        (",11,engineer,2026-03-01,,", "line 2: actor"),
        ("kim,11,engineer,2026-03-01,,900101-1234567", "line 2: person_id"),
        ("kim,11,engineer,2026-03-01", "line 2: 6 values"),
        ("kim,11,engineer,2026-03-01,2026-02-01,", "ends before it begins"),
    ],
)
def test_a_line_that_cannot_be_taken_is_named_and_nothing_is_written(hub, file, line, reason):
    done = hub("import", file(line), code=1)
    assert reason in done.stderr
    assert "1234567" not in done.stderr
    assert posts(hub) == []


def test_posts_that_overlap_or_say_otherwise_are_refused(hub, file):
    hub("import", file("kim,11,engineer,2026-03-01,,"))
    overlap = hub("import", file("kim,11,auditor,2026-04-01,,"), code=1)
    assert "overlap" in overlap.stderr
    other = hub("import", file("kim,26,engineer,2026-03-01,,"), code=1)
    assert "another area" in other.stderr
    assert posts(hub) == [("kim", "engineer", "2026-03-01", None)]
