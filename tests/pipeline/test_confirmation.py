"""`hub confirm` on a hub of two nights: killed and gone on with, complete, begun anew."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import sys
from html.parser import HTMLParser

import night_scene as scene
import polars as pl
import pytest
import typer
from typer.testing import CliRunner

from hub.confirmation.rounds import load_calendar
from pipelines import confirmation_commands
from pipelines.steps import confirmation
from pipelines.steps.confirmation import ConfirmationRound, NothingToConfirmError, effective_by
from warehouse.faults import FAULT_VARIABLE
from warehouse.layout import HOME_VARIABLE, Layout
from warehouse.ledger import Ledger
from warehouse.releases import current, list_releases, verify

ROUND = "2026H1"


@pytest.fixture(scope="module")
def layout(home):
    return Layout(home)


COMMAND = """
import typer
from pipelines.confirmation_commands import confirm
application = typer.Typer()
application.command()(confirm)
application()
"""


def run_and_die(layout, fault):
    """Run the round in a process of its own; return the signal it died of."""
    environment = os.environ | {HOME_VARIABLE: str(layout.home), FAULT_VARIABLE: fault}
    words = [sys.executable, "-c", COMMAND, "--round", ROUND]
    ended = subprocess.run(words, env=environment, capture_output=True, check=False)
    return -ended.returncode


@pytest.fixture(scope="module")
def killed(layout):
    """A round that was killed while it decided; what its record says."""
    died_of = run_and_die(layout, "confirm.in_decisions:kill")
    record = json.loads((layout.round_work(ROUND) / "job.json").read_text("utf-8"))
    assert not (layout.confirmations / ROUND).exists()
    return died_of, [stage["name"] for stage in record["stages"]], record


@pytest.fixture(scope="module")
def confirmed(layout, killed):
    """The killed round, gone on with; what was announced of each stage."""
    assert killed[0] == signal.SIGKILL
    heard = {}
    before = [release.digest for release in list_releases(layout)]
    with scene.unflushed():
        run = ConfirmationRound(
            layout,
            load_calendar().find(ROUND),
            announce=lambda stage, item: heard.update({stage: item}),
        )
        assert run.run()
    assert [release.digest for release in list_releases(layout)] == before
    return run, heard


@pytest.fixture(scope="module")
def results(confirmed):
    run, _ = confirmed
    return pl.read_parquet(run.folder / "tables" / "confirmation_result.parquet")


@pytest.fixture
def command(layout, monkeypatch):
    monkeypatch.setenv(HOME_VARIABLE, str(layout.home))
    application = typer.Typer()
    application.command()(confirmation_commands.confirm)
    return lambda *words: CliRunner().invoke(application, list(words))


def test_a_killed_round_has_written_down_what_it_finished(killed):
    died_of, stages, _ = killed
    assert died_of == signal.SIGKILL
    assert stages == ["families", "index", "households", "profile"]


def test_it_goes_on_where_it_stopped(confirmed):
    _, heard = confirmed
    done = [stage for stage, item in heard.items() if item == "done before"]
    assert done == ["families", "index", "households", "profile"]
    assert [stage for stage, item in heard.items() if item == "done"] == [
        "decisions",
        "confirmation",
        "results",
    ]


def test_nothing_of_the_identity_zone_stays(layout, confirmed):
    run, _ = confirmed
    assert not layout.round_work(ROUND).exists()
    tables = {path.stem for path in (run.folder / "tables").glob("*.parquet")}
    assert tables == {
        "confirmation_receipt",
        "confirmation_result",
        "programme",
        "programme_condition",
    }


def test_releases_and_ids_are_as_they_were(layout, results):
    with Ledger.open(layout.ledger_url) as ledger:
        people = set(ledger.people()["person_id"])
    assert set(results["person_id"].drop_nulls()) <= people
    assert not [problem for release in list_releases(layout) for problem in verify(release)]


def test_a_round_of_the_first_night_says_what_that_night_decided(layout, results):
    """The round's day is the first night: outcomes are those of its release, not of the current."""
    first = list_releases(layout)[0]
    assert (first.night, current(layout).night) == (scene.FIRST, scene.SECOND)
    chosen = load_calendar().find(ROUND)
    assert chosen.as_of == scene.FIRST
    stored = pl.read_parquet(first.table("decision")).cast({pl.Categorical: pl.String})
    decisions = stored.filter(
        pl.col("programme_code").is_in(chosen.programmes)
        & (pl.col("is_received") | pl.col("is_new"))
    )
    keys = ["programme_code", "subject_id"]
    beside = decisions.join(results, on=keys, how="left", suffix="_round")
    assert beside.height > 100
    outcome, said = pl.col("outcome"), pl.col("outcome_round")
    agrees = (
        pl.when(pl.col("is_new"))
        .then(said == "newly_qualified")
        .when(outcome == "eligible")
        .then(said.is_in(["confirmed", "amount_change"]) | pl.col("is_excluded"))
        .when(outcome == "undetermined")
        .then(said == "undetermined")
        .otherwise(said == "unqualified")
    )
    assert beside.filter(~agrees.fill_null(value=False)).select(*keys, outcome, said).rows() == []
    lost = beside.filter(pl.col("outcome") == "ineligible")
    assert lost["reasons"].to_list() == lost["reasons_round"].to_list()


def test_every_payment_of_the_month_is_looked_at(layout, results):
    first = list_releases(layout)[0]
    paid = pl.read_parquet(first.table("benefit_received")).filter(
        pl.col("programme_code") == "P029", pl.col("month") == dt.date(2026, 2, 1)
    )
    looked_at = results.filter(pl.col("programme_code") == "P029", pl.col("received_amount") > 0)
    assert paid.height > 20
    assert set(paid["person_id"]) <= set(looked_at["subject_id"])


def test_a_complete_round_is_not_run_again(layout, confirmed, monkeypatch):
    def fail(*_arguments, **_named):
        raise AssertionError("a complete round was run again")

    run, _ = confirmed
    manifest = (run.folder / "manifest.json").read_bytes()
    monkeypatch.setattr(confirmation, "build_families", fail)
    assert not ConfirmationRound(layout, load_calendar().find(ROUND)).run()
    assert (run.folder / "manifest.json").read_bytes() == manifest


def test_files_are_those_of_the_manifest(confirmed):
    run, _ = confirmed
    manifest = json.loads((run.folder / "manifest.json").read_text("utf-8"))
    found = {
        path.relative_to(run.folder).as_posix()
        for path in run.folder.rglob("*")
        if path.is_file() and "cases" not in path.parts
    }
    assert found == {*manifest["files"], "manifest.json"}
    assert manifest["basis"]["release"] == "r000002"
    assert all(name.split("_")[0] for name in manifest["deliveries"])


def test_counts_of_ministries_and_places_add_up(confirmed, results):
    run, _ = confirmed
    for pattern in ("ministry/*[!s].csv", "local_government/??.csv", "local_government/??/*.csv"):
        files = [path for path in run.folder.glob(pattern) if not path.stem.endswith("_reasons")]
        assert sum(pl.read_csv(path)["subjects"].sum() for path in files) == results.height, pattern


class _Loaded(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        loaded = {name for name, _ in attributes} & {"src", "href", "xlink:href", "onload"}
        if tag in {"script", "link", "iframe", "img", "object"} or loaded:
            self.found.append((tag, attributes))


def test_the_page_needs_no_network_and_names_nobody(confirmed, results):
    run, _ = confirmed
    page = (run.folder / "report.html").read_text("utf-8")
    parser = _Loaded()
    parser.feed(page)
    assert not parser.found
    assert page.count("<svg") >= 3
    everything = page + "".join(
        path.read_text("utf-8-sig")
        for path in run.folder.rglob("*.csv")
        if "cases" not in path.parts
    )
    for column in ("person_id", "subject_id"):
        assert not [who for who in results[column].drop_nulls().unique() if who in everything]


def test_the_command_shows_the_round_and_writes_cases_on_demand(confirmed, results, command):
    run, _ = confirmed
    shown = command("--round", "2026h1", "--cases", "--json")
    assert shown.exit_code == 0, shown.output
    rows = json.loads(shown.stdout)
    assert rows[-1]["programme_code"] == "all"
    outcomes = ("confirmed", "amount_change", "unqualified", "undetermined", "newly_qualified")
    assert sum(rows[-1][outcome] for outcome in outcomes) == results.height
    cases = [pl.read_csv(path) for path in (run.folder / "cases" / "ministry").glob("*.csv")]
    assert sum(map(len, cases)) == results.filter(pl.col("outcome") != "confirmed").height


def test_the_calendar_can_be_shown(command):
    shown = command("--calendar", "--json")
    rounds = {row["round"]: row["participations"] for row in json.loads(shown.stdout)}
    assert rounds["2026H1"] == ["half_yearly", "public_rental"]
    assert rounds["2026H2"] == ["half_yearly"]


def test_a_round_that_cannot_be_run_says_why(layout, command):
    too_early = command("--round", "2025H2")
    assert too_early.exit_code == 1
    assert "no delivery had arrived by 2025-09-30" in too_early.stderr
    assert not (layout.confirmations / "2025H2").exists()
    unknown = command("--round", "2019H1")
    assert (unknown.exit_code, "no confirmation round 2019H1" in unknown.stderr) == (1, True)


def test_a_hub_without_a_release_says_so(tmp_path):
    run = ConfirmationRound(Layout(tmp_path / "home"), load_calendar().find(ROUND))
    with pytest.raises(NothingToConfirmError, match="no release yet"):
        run.run()


def test_what_was_effective_by_a_day(layout):
    """By the second night as the ledger says; by the first as its release says."""
    with Ledger.open(layout.ledger_url) as ledger:
        records = ledger.deliveries()
        now = [record.delivery_id for record in ledger.effective_deliveries()]
    assert [record.delivery_id for record in effective_by(records, scene.SECOND)] == now
    first = list_releases(layout)[0]
    known = [record.delivery_id for record in effective_by(records, scene.FIRST)]
    assert set(known) == {entry.delivery_id for entry in first.manifest.inputs}
