"""What fails leaves a code and pointers behind, and no value of anybody's data (P1)."""

from __future__ import annotations

import sqlite3
import sys

import dagster as dg
import duckdb
import night_scene as scene
import polars as pl
import pytest

from hub import command_line
from hub.delivery import DeliveryStopped
from hub.unquoted_error import UnquotedError, pointing_at, unquoted
from pipelines.assets import failures, night
from pipelines.assets.documents import document_asset
from pipelines.assets.failures import quotes_nothing
from pipelines.definitions import gather_definitions
from pipelines.resources import HubResource
from pipelines.steps import landing, stages
from sources.registry import load_catalogue
from warehouse.workbench import Workbench

CANARY = "9001011234567"
CATALOGUE = load_catalogue()


def convert(*_arguments):
    """Fail as a stage does whose SQL meets a value that does not fit."""
    try:
        duckdb.sql(f"SELECT CAST('x{CANARY}' AS INTEGER)").fetchall()
    except duckdb.Error as error:
        raise ValueError(f"the household of {CANARY}") from error


def cast(*_arguments):
    pl.Series("id", [f"x{CANARY}"]).cast(pl.Int64)


def failing(what, *arguments):
    with pytest.raises(Exception) as caught:  # noqa: PT011  whatever it is
        what(*arguments)
    return caught.value


@pytest.mark.parametrize("what", [convert, cast], ids=["a chain", "polars"])
def test_an_engines_text_is_cut(what):
    error = failing(what)
    assert CANARY in repr(error) + str(error)
    told = unquoted(error)
    assert CANARY not in str(told)
    assert type(error).__qualname__ in told.code


def test_the_hubs_own_errors_keep_their_text(tmp_path):
    stopped = DeliveryStopped("truncated", "a.csv", "no last line", line=7)
    assert "a.csv, line 7: truncated: no last line" in str(unquoted(stopped))
    with Workbench(tmp_path / "tables") as bench:
        lookup = failing(bench.value, "SELECT 1 WHERE false")
    assert "LookupError" in str(unquoted(lookup))
    assert "no row: SELECT 1 WHERE false" in str(unquoted(lookup))


def test_an_error_points_to_table_and_place(tmp_path):
    with Workbench(tmp_path / "tables") as bench:
        bench.add("told", pl.DataFrame({"id": [f"x{CANARY}"]}))
        error = failing(bench.build_from, "counted", "SELECT CAST(id AS BIGINT) AS id FROM told")
    told = unquoted(error)
    assert CANARY in str(error)
    assert CANARY not in str(told)
    assert told.code == "_duckdb.ConversionException"
    assert told.place.startswith("warehouse/workbench.py:")
    assert told.pointers == ("at table counted",)


def test_pointers_are_told_from_the_inside_out():
    def inner():
        with pointing_at(delivery="d"), pointing_at(lines="2-9"):
            raise KeyError(CANARY)

    told = unquoted(failing(inner))
    assert told.pointers == ("at lines 2-9", "at delivery d")
    assert CANARY not in str(told)


@pytest.fixture
def instance(tmp_path):
    folder = tmp_path / "dagster"
    folder.mkdir()
    with dg.DagsterInstance.local_temp(str(folder)) as made:
        yield made, folder


def run(instance, assets, home):
    return dg.materialize(
        assets,
        resources={"hub": HubResource(home=str(home), night=scene.FIRST.isoformat())},
        instance=instance,
        raise_on_error=False,
    )


def kept_of(folder):
    """Everything that Dagster keeps of its runs, rows of its databases too."""
    found = []
    for file in folder.rglob("*"):
        if file.is_file():
            found.append(file.read_bytes().decode("latin-1"))
        if file.suffix == ".db":
            with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
                names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
                for (table,) in names.fetchall():
                    found.append(repr(connection.execute(f'SELECT * FROM "{table}"').fetchall()))
    return "\n".join(found)


def test_a_failed_stage_leaves_no_value_in_dagster(instance, monkeypatch, tmp_path, capfd):
    monkeypatch.setattr(stages, "form_households", convert)
    result = run(instance[0], [night.households], tmp_path / "home")
    assert not result.success
    kept, printed = kept_of(instance[1]), capfd.readouterr()
    assert "ValueError" in kept
    assert kept.count(CANARY) == 0
    assert CANARY not in printed.out + printed.err


def test_a_stage_that_yields_leaves_no_value_either(instance, monkeypatch, tmp_path):
    monkeypatch.setattr("pipelines.steps.families.build_night_tables", cast)
    families = night.family_assets(CATALOGUE)
    assert not run(instance[0], [families], tmp_path / "home").success
    kept = kept_of(instance[1])
    assert "InvalidOperationError" in kept
    assert kept.count(CANARY) == 0


def test_a_failed_landing_points_to_the_lines_of_its_delivery(instance, monkeypatch, tmp_path):
    scene.tell(tmp_path, 100, 1, faults=False, types={"I03-F11-02"})
    home = tmp_path / "home"
    context = scene.open_night(home, scene.FIRST)
    with context.ledger, scene.unflushed():
        scene.drop(tmp_path / f"nights/{scene.FIRST:%Y%m%d}", context.layout.landing)
        scene.take_deliveries(context)
        (delivery,) = [record.delivery_id for record in context.ledger.pending("I03-F11-02")][:1]
    monkeypatch.setattr(landing.Conformer, "conform", convert)
    wage = document_asset(CATALOGUE.documents["I03-F11-02"], "a_group")
    assert not run(instance[0], [wage], home).success
    kept = kept_of(instance[1])
    assert kept.count(CANARY) == 0
    assert "at lines 2-" in kept
    assert f"at delivery {delivery}" in kept


def test_every_body_that_dagster_runs_is_cut():
    definitions = gather_definitions(HubResource())
    bodies = [asset.op.compute_fn.decorated_fn for asset in definitions.assets]
    bodies += [
        node.definition.compute_fn.decorated_fn
        for job in definitions.jobs
        if isinstance(job, dg.JobDefinition)
        for node in job.nodes
    ]
    assert len(bodies) > 448
    assert all(getattr(body, failures.QUOTES_NOTHING, False) for body in bodies)


def test_a_failure_with_a_cause_is_cut_too():
    @quotes_nothing
    def body():
        try:
            convert()
        except ValueError as error:
            raise dg.Failure("a release is damaged") from error

    failure = failing(body)
    assert failure.description == "a release is damaged"
    assert failure.__cause__ is None
    assert failure.__suppress_context__


def test_the_command_line_shows_where_and_not_what(monkeypatch, capsys):
    monkeypatch.setattr(
        command_line, "build_application", lambda _names: lambda **_named: convert()
    )
    monkeypatch.setattr(sys, "argv", ["hub"])
    with pytest.raises(SystemExit):
        command_line.main()
    said = capsys.readouterr().err
    assert "ValueError" in said
    assert "command_line.py" in said
    assert CANARY not in said


def test_an_error_that_is_cut_already_stays_as_it_is():
    cut = UnquotedError("code", "place", (), "text")
    assert unquoted(cut) is cut
