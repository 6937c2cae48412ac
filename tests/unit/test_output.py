"""Rows are printed for programs or for people."""

from __future__ import annotations

import datetime as dt
import json

from hub.output import print_rows

ROWS = [
    {"name": "생계급여", "count": 12_345, "day": dt.date(2026, 4, 1), "codes": ["a", "b"]},
    {"name": "[bold]x", "count": None, "day": None, "codes": []},
]


def test_json_is_one_array_with_all_keys(capsys):
    print_rows(ROWS, as_json=True, title="left out", columns=["name"])
    shown = json.loads(capsys.readouterr().out)
    assert shown[0] == {
        "name": "생계급여",
        "count": 12345,
        "day": "2026-04-01",
        "codes": ["a", "b"],
    }
    assert [list(row) for row in shown] == [list(row) for row in ROWS]


def test_no_rows_are_an_empty_array(capsys):
    print_rows([], as_json=True)
    assert capsys.readouterr().out == "[]\n"


def test_a_table_shows_the_chosen_columns_and_values_as_they_are(capsys):
    print_rows(ROWS, as_json=False, title="Programmes", columns=["name", "count"])
    shown = capsys.readouterr().out
    assert "Programmes" in shown
    assert "12,345" in shown
    assert "[bold]x" in shown
    assert "2026-04-01" not in shown


def test_an_empty_table_says_so(capsys):
    print_rows([], as_json=False, title="Findings")
    assert capsys.readouterr().out == "Findings: no rows\n"
