"""An auditor can ask a release anything, and change or reach nothing else."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
import release_scene
import typer
from typer.testing import CliRunner

from warehouse import commands, mart, releases
from warehouse.delivery_commands import deliveries
from warehouse.layout import HOME_VARIABLE, Layout
from warehouse.mart import QueryError
from warehouse.releases import Release

COMMENTS = """
    SELECT table_name AS name, comment FROM duckdb_tables() WHERE comment IS NOT NULL
    UNION ALL
    SELECT table_name || '.' || column_name, comment FROM duckdb_columns()
    WHERE comment IS NOT NULL AND NOT internal
    ORDER BY name
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("asked") / "home"
    release_scene.publish(home, 1)
    return home


@pytest.fixture
def release(home: Path) -> Release:
    current = releases.current(Layout(home))
    assert current is not None
    return current


def test_small_tables_and_families_answer_together(release: Release) -> None:
    answer = mart.query(
        release,
        "SELECT d.outcome, count(*) AS lines FROM decision d, f01_person_identity GROUP BY ALL",
    )
    assert answer.mappings() == [{"outcome": "eligible", "lines": 5}]


def test_a_limit_cuts_and_says_so(release: Release) -> None:
    assert mart.query(release, "FROM f01_person_identity", 5).is_cut is False
    answer = mart.query(release, "FROM f01_person_identity", 3)
    assert (len(answer.rows), answer.is_cut) == (3, True)


def test_repeated_column_names_are_kept_apart(release: Release) -> None:
    answer = mart.query(release, "SELECT 1 AS a, 2 AS a, 3 AS b")
    assert answer.mappings() == [{"a_1": 1, "a_2": 2, "b": 3}]


def test_tables_and_columns_carry_their_meaning(release: Release) -> None:
    comments = dict(mart.query(release, COMMENTS).rows)
    assert comments["decision.outcome"] == "What was decided."
    assert comments["person"] == "One row is one person."


@pytest.mark.parametrize(
    "statement",
    [
        "COPY (SELECT 1) TO '{table}' (USE_TMP_FILE false)",
        "COPY (SELECT 1) TO '{outside}'",
        "CREATE TABLE x AS SELECT 1",
        "CREATE OR REPLACE TABLE memory.main.x AS SELECT 1",
        "INSERT INTO person VALUES ('P9')",
        "DROP TABLE person",
        "ATTACH '{outside}'",
        "SET enable_external_access = true",
        "SET allowed_paths = ['/etc/passwd']",
        "EXPLAIN ANALYZE COPY (SELECT 1) TO '{table}' (USE_TMP_FILE false)",
        "INSTALL httpfs",
        "PRAGMA database_list",
        "SELECT 1; SELECT 2",
        "",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM '{outside}'",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM query('COPY (SELECT 1) TO ''{outside}''')",
        "SELECT nothing FROM person",
        "SELEC 1",
    ],
)
def test_whatever_is_no_question_to_this_release_is_refused(
    release: Release, tmp_path: Path, statement: str
) -> None:
    outside = tmp_path / "outside.parquet"
    outside.write_bytes(release.table("decision").read_bytes())
    before = outside.read_bytes()
    with pytest.raises(QueryError):
        mart.query(
            release, statement.format(table=release.table("f01_person_identity"), outside=outside)
        )
    assert releases.verify(release) == []
    assert outside.read_bytes() == before


def test_a_connection_cannot_be_unlocked(release: Release) -> None:
    with (
        mart.open_mart(release) as connection,
        pytest.raises(Exception, match="configuration has been locked"),
    ):
        connection.execute("SET enable_external_access = true")


def test_a_missing_mart_is_named(home: Path, tmp_path: Path) -> None:
    del home
    empty = release_scene.publish(tmp_path / "home", 2)
    empty.mart().unlink()
    with pytest.raises(QueryError, match="r000001: the mart cannot be opened"):
        mart.query(empty, "SELECT 1")


# The commands


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(HOME_VARIABLE, str(home))
    monkeypatch.delenv("HUB_LEDGER_URL", raising=False)
    application = typer.Typer()
    application.add_typer(commands.release_app, name="release")
    application.command("query")(commands.query)
    application.command("deliveries")(deliveries)

    def invoke(*arguments: str):
        return CliRunner().invoke(application, arguments)

    return invoke


def test_query_prints_json_and_csv(run) -> None:
    sql = "SELECT person_id, 'a, b' AS text FROM person ORDER BY 1"
    rows = [{"person_id": "P0", "text": "a, b"}, {"person_id": "P1", "text": "a, b"}]
    assert json.loads(run("query", sql, "--json").stdout) == rows
    assert list(csv.DictReader(io.StringIO(run("query", sql, "--csv").stdout))) == rows


def test_query_says_that_it_cut(run) -> None:
    result = run("query", "FROM f01_person_identity", "--limit", "2", "--json")
    assert len(json.loads(result.stdout)) == 2
    assert "only the first 2 rows" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("query", "SELEC 1"), "syntax error"),
        (("query", "SELECT 1", "--release", "r000077"), "there is no release r000077"),
        (("query", "SELECT 1", "--release", "latest"), "'latest' is no release"),
        (("release", "show", "r000077"), "there is no release r000077"),
        (("release", "rollback", "r000077", "--reason", "why"), "there is no release r000077"),
    ],
)
def test_mistakes_get_one_tidy_error(run, arguments: tuple[str, ...], message: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_releases_are_listed_shown_and_verified(run) -> None:
    (row,) = json.loads(run("release", "list", "--json").stdout)
    assert (row["release"], row["is_current"], row["state"]) == ("r000001", True, "published")
    files = json.loads(run("release", "show", "--json").stdout)
    assert "tables/person.parquet" in [file["path"] for file in files]
    assert json.loads(run("release", "verify", "--json").stdout) == []


def test_verify_fails_on_damage(tmp_path: Path, run, monkeypatch: pytest.MonkeyPatch) -> None:
    damaged = release_scene.publish(tmp_path / "home", 1)
    damaged.table("person").unlink()
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    result = run("release", "verify", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == [
        {"release": "r000001", "problem": "tables/person.parquet: missing"}
    ]


def test_rollback_tells_what_is_current(
    tmp_path: Path, run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for version in (1, 2):
        release_scene.publish(tmp_path / "home", version)
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    result = run("release", "rollback", "r000001", "--reason", "wrong rates", "--json")
    assert [(row["current"], row["rolled_back"]) for row in json.loads(result.stdout)] == [
        ("r000001", ["r000002"])
    ]


def test_deliveries_show_what_became_of_their_rows(run) -> None:
    (row,) = json.loads(run("deliveries", "--institution", "I03", "--json").stdout)
    assert (row["state"], row["received"], row["accepted"], row["is_effective"]) == (
        "landed",
        1,
        1,
        True,
    )
    assert json.loads(run("deliveries", "--state", "stopped", "--json").stdout) == []


def test_before_the_first_release_there_is_a_hint(
    tmp_path: Path, run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    result = run("query", "SELECT 1")
    assert result.exit_code == 1
    assert "nothing has been released yet" in result.stderr
