"""People with a grant see what it gives; without a line of the log on the disk, nobody sees anything."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from pathlib import Path

import gateway_scene
import polars as pl
import pytest

from warehouse.access_log import AccessLogError, AccessRefusedError, verify
from warehouse.access_log.answering import Asker
from warehouse.access_log.frames import read_accesses, read_subjects
from warehouse.gateway import gateway as gateway_module
from warehouse.gateway.asking import NoAnswerError
from warehouse.gateway.confinement import Limits
from warehouse.gateway.gateway import answer
from warehouse.layout import Layout
from warehouse.releases import Release, current

ENGINEER = Asker("engineer", "data_quality")
LOCAL = Asker("local", "data_quality")
COUNTER = Asker("counter", "supervision")


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    home = tmp_path_factory.mktemp("gateway") / "home"
    gateway_scene.build(home)
    return Layout(home)


@pytest.fixture(scope="module")
def release(layout: Layout) -> Release:
    found = current(layout)
    assert found is not None
    return found


@pytest.fixture
def ask(layout: Layout, release: Release):
    def asking(asker: Asker, sql: str, **told):
        told.setdefault("today", lambda: gateway_scene.TODAY)
        return answer(layout, asker, sql, release, **told)

    return asking


def lines(layout: Layout) -> pl.DataFrame:
    found = read_accesses(layout)
    return pl.DataFrame() if found is None else found.sort("number")


def test_rows_are_given_and_stand_in_the_log_with_their_people(layout: Layout, ask) -> None:
    given = ask(ENGINEER, "SELECT person_id, amount FROM income ORDER BY amount LIMIT 3")
    assert given.table.column("amount").to_pylist() == [100000, 100001, 100002]
    asked, answered = lines(layout).tail(2).iter_rows(named=True)
    assert (asked["result"], asked["role"], asked["purpose"]) == (
        "allowed", "data_engineer", "data_quality",
    )  # fmt: skip
    assert (answered["result"], answered["rows"]) == ("answered", 3)
    people = read_subjects(layout, lines(layout).tail(2))["person_id"].to_list()
    assert people == given.table.column("person_id").to_pylist()
    assert verify(layout) == []


def test_the_same_question_has_the_same_digest(layout: Layout, ask) -> None:
    for _ in range(2):
        ask(ENGINEER, "SELECT person_id, sum(amount) AS won FROM income GROUP BY ALL")
    log = max(layout.access.glob("log-*.jsonl")).read_text().splitlines()
    one, two = (json.loads(log[place])["result_sha256"] for place in (-1, -3))
    assert one == two


def test_columns_that_a_grant_does_not_name_are_not_there(ask) -> None:
    with pytest.raises(NoAnswerError, match="amount"):
        ask(ENGINEER, "SELECT count(amount) FROM decision")
    assert ask(ENGINEER, "SELECT count(outcome) AS n FROM decision").table.to_pylist() == [
        {"n": 60}
    ]


def test_rows_outside_the_area_are_not_there(ask) -> None:
    given = ask(LOCAL, "SELECT person_id, legal_dong_code FROM person")
    assert set(given.table.column("legal_dong_code").to_pylist()) == {"1168010100"}
    assert ask(LOCAL, "SELECT count(*) AS n FROM income").table.to_pylist() == [{"n": 40}]


@pytest.mark.parametrize(
    ("asker", "sql", "reason"),
    [
        (Asker("nobody", "data_quality"), "SELECT 1", "no grant in your name"),
        (Asker("engineer"), "SELECT 1", "purpose is missing"),
        (Asker("engineer", "appeal"), "SELECT 1", "for the purpose data_quality only"),
        (ENGINEER, "SELECT person_id FROM secret_table", "does not name the table secret_table"),
        (ENGINEER, "DROP TABLE person", "one question at a time"),
        (ENGINEER, "SELECT amount FROM income", "must name its people"),
        (ENGINEER, "SELECT 'P0' AS person_id, amount FROM income", "must name its people"),
        (
            ENGINEER,
            "SELECT person_id, amount FROM (SELECT 'P0' AS person_id, amount FROM income)",
            "no other column may be called person_id",
        ),
        (ENGINEER, "SELECT person_id FROM person UNION SELECT note FROM person", "without UNION"),
        (COUNTER, "SELECT amount FROM income", "counts only"),
        (COUNTER, "SELECT person_id, count(*) FROM income GROUP BY ALL", "names people"),
        (COUNTER, "SELECT max(amount) FROM income", "counts only"),
        (COUNTER, "SELECT count(*) FROM income WHERE person_id = 'P1'", "names people"),
    ],
)
def test_whatever_is_not_granted_is_refused_and_logged(
    layout: Layout, ask, asker: Asker, sql: str, reason: str
) -> None:
    with pytest.raises(AccessRefusedError, match=reason):
        ask(asker, sql)
    last = lines(layout).tail(1).row(0, named=True)
    assert (last["result"], last["actor"]) == ("refused", asker.actor)


def test_a_grant_ends_with_its_last_day(ask) -> None:
    with pytest.raises(AccessRefusedError, match="ended on 2036-12-31"):
        ask(ENGINEER, "SELECT count(*) FROM person", today=lambda: dt.date(2037, 1, 1))


def test_a_mistake_in_a_file_of_grants_grants_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    release = gateway_scene.build(home)
    (home / "grants" / "all.toml").write_text("[[grant]]\n")
    with pytest.raises(AccessRefusedError, match="is missing"):
        answer(Layout(home), ENGINEER, "SELECT 1", release)


def test_rows_beyond_the_limit_are_cut(ask) -> None:
    given = ask(ENGINEER, "SELECT person_id FROM person ORDER BY 1", limits=Limits(rows=7))
    assert (given.table.num_rows, given.is_cut) == (7, True)


def test_small_counts_are_withheld_with_those_that_would_tell_them(ask) -> None:
    given = ask(
        COUNTER,
        "SELECT kind, count(DISTINCT person_id) AS people FROM income GROUP BY ROLLUP (kind)",
    )
    rows = {row["kind"]: row for row in given.table.to_pylist()}
    assert rows["rent"]["people"] is None
    assert rows["wage"]["people"] is None
    assert rows[None]["people"] == 60
    assert "2 of 3 cells are withheld" in given.note


# No log, no answer


@pytest.fixture
def never_asked(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Whatever reaches the database stands here."""
    jobs: list[object] = []
    monkeypatch.setattr(gateway_module, "ask", jobs.append)
    return jobs


@pytest.mark.parametrize("point", ["access.before_write", "access.before_fsync"])
def test_a_full_disk_of_the_log_refuses(ask, monkeypatch, never_asked, point: str) -> None:
    monkeypatch.setenv("HUB_FAULT", f"{point}:full")
    with pytest.raises(AccessLogError):
        ask(ENGINEER, "SELECT count(*) FROM person")
    assert never_asked == []


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_log_that_may_not_be_written_refuses(layout: Layout, ask, never_asked) -> None:
    for path in (*layout.access.glob("log-*.jsonl"), layout.access / "log.lock"):
        path.chmod(0o400)
    try:
        with pytest.raises(AccessLogError):
            ask(ENGINEER, "SELECT count(*) FROM person")
    finally:
        for path in (*layout.access.glob("log-*.jsonl"), layout.access / "log.lock"):
            path.chmod(0o640)
    assert never_asked == []


def test_a_log_that_is_no_folder_refuses(tmp_path: Path, never_asked) -> None:
    home = tmp_path / "home"
    release = gateway_scene.build(home)
    shutil.rmtree(Layout(home).access, ignore_errors=True)
    Layout(home).access.write_text("in the way")
    with pytest.raises(AccessLogError):
        answer(Layout(home), ENGINEER, "SELECT count(*) FROM person", release)
    assert never_asked == []


def test_a_log_that_fails_after_the_question_withholds_the_answer(
    layout: Layout, ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = gateway_module.ask

    def asking(job):
        sent = real(job)
        monkeypatch.setenv("HUB_FAULT", "access.before_fsync:full")
        return sent

    monkeypatch.setattr(gateway_module, "ask", asking)
    with pytest.raises(AccessLogError):
        ask(ENGINEER, "SELECT count(*) FROM person")
    monkeypatch.delenv("HUB_FAULT")
    last = json.loads(lines(layout).tail(1).write_json())[0]
    assert last["result"] == "allowed"
