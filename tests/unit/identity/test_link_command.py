"""The command `hub index link`: files in, files out, one sentence for what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
import typer
from typer.testing import CliRunner

from hub.identity.link_command import link_command

RECORDS = """record_id,full_name,birth_date,phone
1,Anna Müller,1980-02-03,0301234671
2,Anna Mueller,03.02.1980,+49 30 1234671
3,Karl Fuchs,1950-01-09,
"""
RUNNER = CliRunner()


@pytest.fixture
def application() -> typer.Typer:
    application = typer.Typer(pretty_exceptions_enable=False)
    application.command("link")(link_command)
    return application


def test_a_csv_becomes_a_parquet(application: typer.Typer, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(RECORDS, "utf-8")
    names = {"out": "o.parquet", "pairs": "p.csv", "review": "r.csv", "save-model": "m.json"}
    options = [part for name, file in names.items() for part in (f"--{name}", str(tmp_path / file))]
    result = RUNNER.invoke(application, ["--input", str(tmp_path / "in.csv"), *options, "--json"])
    assert result.exit_code == 0
    assert json.loads(result.stdout)[0]["people"] == 2
    clusters = pl.read_parquet(tmp_path / "o.parquet")
    assert clusters.columns == ["record_id", "person_id", "match_weight", "needs_review"]
    first, second, third = clusters["person_id"]
    assert first == second != third
    assert pl.read_csv(tmp_path / "p.csv")["record_l"].to_list() == [1]
    again = ["--input", str(tmp_path / "in.csv"), "--out", str(tmp_path / "again.csv")]
    result = RUNNER.invoke(application, [*again, "--model", str(tmp_path / "m.json")])
    assert result.exit_code == 0
    assert pl.read_csv(tmp_path / "again.csv")["person_id"].to_list() == [first, second, third]


REFUSED = {
    "a missing file": (None, "in.csv", "no such file"),
    "an empty file": ("", "in.csv", "the file is empty"),
    "a header alone": ("record_id,full_name\n", "in.csv", "there are no records"),
    "no record_id": ("id,full_name\n1,A B\n", "in.csv", "column record_id is missing"),
    "repeated IDs": ("record_id,full_name\n1,A B\n1,C D\n", "in.csv", "repeat the ID"),
    "no Parquet": ("not parquet", "in.parquet", "cannot be read as parquet"),
    "another ending": ("x", "in.xlsx", "the ending must be"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_wrong_is_said_in_one_sentence(
    case: str, application: typer.Typer, tmp_path: Path
) -> None:
    text, name, reason = REFUSED[case]
    if text is not None:
        (tmp_path / name).write_text(text, "utf-8")
    out = tmp_path / "out.csv"
    result = RUNNER.invoke(application, ["--input", str(tmp_path / name), "--out", str(out)])
    assert result.exit_code == 2
    assert reason in result.stderr
    assert "Traceback" not in result.output
    assert not out.exists()


def test_a_file_that_is_no_model_is_refused(application: typer.Typer, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(RECORDS, "utf-8")
    (tmp_path / "m.json").write_text("{}", "utf-8")
    files = ["--input", str(tmp_path / "in.csv"), "--out", str(tmp_path / "o.csv")]
    result = RUNNER.invoke(application, [*files, "--model", str(tmp_path / "m.json")])
    assert result.exit_code == 2
    assert "not a linkage model" in result.stderr
