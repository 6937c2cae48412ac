"""Every promise has a test, no test names an unknown one, and the page tells the committed figures."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from hub.promises.declared import load_promises
from hub.promises.figures import COMMITTED_PATH, Noted, note, noted_in, read_rows, row_of
from hub.promises.page import PAGE_PATH, with_table

TESTS = Path(__file__).parents[1]
DECLARED = load_promises()
EXPECTED = (
    [f"R{number}" for number in range(1, 11)]
    + [f"S{number}" for number in range(1, 4)]
    + [f"P{number}" for number in range(1, 7)]
    + [f"G{number}" for number in range(1, 7)]
    + [f"M{number}" for number in range(1, 4)]
)


def marked() -> dict[str, set[str]]:
    """Promises that tests are marked with, and the files of these tests."""
    found: dict[str, set[str]] = {}
    for file in sorted(TESTS.rglob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.promise":
                for argument in node.args:
                    found.setdefault(ast.literal_eval(argument), set()).add(file.name)
    return found


def test_the_promises_are_those_agreed():
    assert list(DECLARED) == EXPECTED
    for promise in DECLARED.values():
        assert promise.promise
        assert promise.target


def test_every_promise_has_a_test():
    assert set(DECLARED) - set(marked()) == set()


def test_no_test_names_an_unknown_promise():
    assert set(marked()) - set(DECLARED) == set()


def test_the_page_tells_the_committed_figures(tmp_path):
    rows = read_rows(DECLARED.values(), tmp_path / "none.json")
    page = PAGE_PATH.read_text("utf-8")
    assert page == with_table(page, rows), "run `hub promises write`"


def test_committed_figures_are_of_known_promises():
    committed = json.loads(COMMITTED_PATH.read_text("utf-8"))
    assert [row["id"] for row in committed] == EXPECTED


def test_a_promise_is_held_if_all_its_tests_say_so(tmp_path):
    path, promise = tmp_path / "figures" / "own.json", DECLARED["R1"]
    assert row_of(promise, {})["figure"] == "not run"
    note(path, "R1", "a", Noted("100 kills", held=True, date="2026-11-02"))
    note(path, "R1", "b", Noted("", held=True, date="2026-11-03"))
    row = row_of(promise, noted_in(path)["R1"])
    assert (row["figure"], row["held"], row["date"]) == ("100 kills", True, "2026-11-02")
    note(path, "R1", "b", Noted("1 torn", held=False, date="2026-11-04", is_full_size=False))
    row = row_of(promise, noted_in(path)["R1"])
    assert (row["figure"], row["held"]) == ("100 kills; 1 torn (fast share)", False)


def test_a_test_that_cannot_run_here_holds_nothing():
    skipped = Noted("no mount", held=False, date="2026-11-02", is_skipped=True)
    row = row_of(DECLARED["R3"], {"a": skipped})
    assert (row["figure"], row["held"]) == ("no mount", None)


@pytest.mark.parametrize(
    ("own_date", "figure"), [("2999-01-01", "of this machine"), ("1999-01-01", "committed")]
)
def test_the_newer_figure_is_shown(tmp_path, monkeypatch, own_date, figure):
    committed = tmp_path / "committed.json"
    row = {"id": "R1", "figure": "committed", "held": True, "date": "2026-11-02"}
    committed.write_text(json.dumps([row]))
    monkeypatch.setattr("hub.promises.figures.COMMITTED_PATH", committed)
    note(tmp_path / "own.json", "R1", "a", Noted("of this machine", held=True, date=own_date))
    rows = read_rows([DECLARED["R1"]], tmp_path / "own.json")
    assert [row["figure"] for row in rows] == [figure]
