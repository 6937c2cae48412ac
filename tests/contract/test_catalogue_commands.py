"""What `hub catalogue` prints."""

from __future__ import annotations

import json
import shutil

import pytest
from typer.testing import CliRunner

from sources.commands import catalogue_app
from sources.registry import CATALOGUE_FOLDER


@pytest.fixture(scope="module")
def run():
    runner = CliRunner()
    return lambda *words: runner.invoke(catalogue_app, list(words))


def test_list_as_json_is_one_array_and_nothing_else(run):
    result = run("list", "--institution", "I03", "--family", "F11", "--json")
    rows = json.loads(result.stdout)
    assert result.exit_code == 0
    assert [row["code"] for row in rows] == [f"I03-F11-{number:02}" for number in range(1, 7)]


def test_list_filters_by_format(run):
    rows = json.loads(run("list", "--format", "parquet", "--json").stdout)
    assert len(rows) == 24
    assert {row["delivery"] for row in rows} == {"parquet"}


def test_show_holds_columns_of_every_version(run):
    (shown,) = json.loads(run("show", "I01-F01-01", "--json").stdout)
    first, second = shown["versions"]
    assert shown["legal_basis"]
    added = {c["canonical"] for c in second["columns"]} - {c["canonical"] for c in first["columns"]}
    assert added == {"staying_abroad"}


def test_show_as_a_table_names_codes_and_legal_basis(run):
    result = run("show", "I01-F01-01")
    assert result.exit_code == 0
    assert "주민등록법 제30조" in result.stdout
    assert "Schema version 2, from 2026-04-01" in result.stdout


@pytest.mark.parametrize("words", [("show", "I99-F99-99"), ("list", "--family", "F99")])
def test_an_unknown_code_is_a_clear_error(run, words):
    result = run(*words)
    assert result.exit_code == 2
    assert words[-1] in result.output


def test_check_passes_and_fails_with_every_problem(run, tmp_path):
    assert run("check").exit_code == 0
    assert json.loads(run("check", "--json").stdout) == []
    folder = tmp_path / "catalogue"
    shutil.copytree(CATALOGUE_FOLDER, folder)
    file = folder / "I30_special_post_pension.toml"
    text = file.read_text("utf-8")
    text = text.replace('cycle = "monthly"', 'cycle = "moonly"', 1)
    file.write_text(text.replace("retention_years = 5", "retention_years = 0", 1), "utf-8")
    result = run("check", "--json", "--folder", str(folder))
    problems = json.loads(result.stdout)
    assert result.exit_code == 1
    assert {(problem["file"], problem["field"]) for problem in problems} == {
        ("I30_special_post_pension.toml", "cycle"),
        ("I30_special_post_pension.toml", "retention_years"),
    }


def test_pages_check_fails_on_a_stale_page_and_pages_mends_it(run, tmp_path):
    assert run("pages", "--check", "--folder", str(tmp_path)).exit_code == 1
    assert run("pages", "--folder", str(tmp_path)).exit_code == 0
    (tmp_path / "left_over.md").write_text("old", "utf-8")
    assert run("pages", "--check", "--folder", str(tmp_path)).exit_code == 1
    assert run("pages", "--folder", str(tmp_path)).exit_code == 0
    assert not (tmp_path / "left_over.md").exists()
    assert run("pages", "--check", "--folder", str(tmp_path)).exit_code == 0
