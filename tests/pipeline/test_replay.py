"""An old release is rebuilt from its deliveries to the same bytes, whatever was decided since."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import night_scene as scene
import polars as pl
import pytest
import typer
from typer.testing import CliRunner

import pipelines.steps.replay as replaying
from pipelines.replay_command import replay as replay_command
from pipelines.steps import stages
from pipelines.steps.replay import CannotReplayError, replay
from warehouse.layout import HOME_VARIABLE, Layout, ReplayLayout
from warehouse.ledger import DecisionKind, Ledger
from warehouse.manifest import SourceState
from warehouse.releases import ReleaseError, current, list_releases

NIGHTS = (scene.FIRST, scene.SECOND)
PEOPLE = 80


@pytest.fixture(scope="module")
def two_nights(shared) -> Path:
    """A hub with two releases of a few types; the second night is short and has damaged files."""

    def build(folder: Path) -> None:
        scene.tell(folder, PEOPLE, 2, corrupt=True, types=scene.INDISPENSABLE)
        for night in NIGHTS:
            context = scene.open_night(folder / "home", night)
            with context.ledger, scene.unflushed():
                scene.land_night(context, folder / "nights")
                scene.build_tables(context)
                stages.publish_release(context)

    return shared("replayed_nights", build) / "home"


@pytest.fixture
def layout(two_nights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    home = Path(shutil.copytree(two_nights, tmp_path / "home"))
    monkeypatch.setenv(HOME_VARIABLE, str(home))
    return Layout(home)


def test_every_table_of_both_releases_comes_out_the_same(layout: Layout, monkeypatch) -> None:
    files = {path: path.stat().st_mtime_ns for path in layout.releases.rglob("*")}
    pointer = layout.current.read_text("utf-8")
    with Ledger.open(layout.ledger_url) as ledger:
        decide_something(layout, ledger)
        known = ledger.releases(), ledger.people().height
    for release in list_releases(layout):
        then = release.manifest
        monkeypatch.setattr(replaying, "code_version", lambda then=then: ("", then.code_sha256))
        monkeypatch.setattr(stages, "versions", lambda _context, then=then: then.versions)
        with scene.unflushed():
            result = replay(layout, release.release_id)
        assert [table.table for table in result.tables if not table.is_same] == []
        assert len(result.tables) == len(release.tables) > 100
        assert result.is_same
        assert result.other_versions == ()
    assert {path: path.stat().st_mtime_ns for path in layout.releases.rglob("*")} == files
    assert layout.current.read_text("utf-8") == pointer
    with Ledger.open(layout.ledger_url) as ledger:
        assert (ledger.releases(), ledger.people().height) == known
    assert not ReplayLayout(layout.home, "r000001").replay.exists()


def decide_something(layout: Layout, ledger: Ledger) -> None:
    """Let a person decide what would change both releases, had they not been made before."""
    index = pl.read_parquet(current(layout).table("person_index")).drop_nulls("person_id")
    left, right = (
        index.unique("person_id").sort("signature_id")["record_id"].head(2).cast(pl.String)
    )
    ledger.decide(DecisionKind.MUST_LINK, left, right, actor="kim", reason="the same person")


def test_the_manifest_says_what_it_rests_on(layout: Layout) -> None:
    first, second = (release.manifest for release in list_releases(layout))
    assert (first.base, second.base.release_id) == (None, "r000001")
    assert [manifest.as_of for manifest in (first, second)] == list(NIGHTS)
    assert first.known_at < first.published_at < second.known_at
    assert {"catalogue", "programmes", "parameters", "detection_rules", "link_model"} <= set(
        second.versions
    )
    gaps = {gap.document_type: gap for gap in second.completeness}
    landed = set(
        pl.read_parquet(current(layout).table("delivery")).filter(state="landed")["document_type"]
    )
    missing = {code for code, gap in gaps.items() if gap.state is SourceState.MISSING}
    assert missing
    assert missing.isdisjoint(landed)


@pytest.mark.usefixtures("layout")
def test_a_difference_is_told_table_by_table(monkeypatch) -> None:
    whole = replaying._compare

    def another(release, rebuilt, announce):
        person = pl.read_parquet(rebuilt / "person.parquet")
        person.head(-2).write_parquet(rebuilt / "person.parquet")
        asset = pl.read_parquet(rebuilt / "asset.parquet")
        asset.rename({"amount": "sum"}).write_parquet(rebuilt / "asset.parquet")
        (rebuilt / "decision.parquet").unlink()
        return whole(release, rebuilt, announce)

    monkeypatch.setattr(replaying, "_compare", another)
    monkeypatch.setattr(replaying, "code_version", lambda: ("", "0" * 64))
    with scene.unflushed():
        told = CliRunner().invoke(_application(), ["r000002", "--json"])
    assert told.exit_code == 1
    assert "other than then: code" in told.stderr
    rows = {row["table"]: row for row in json.loads(told.stdout)}
    assert {name for name, row in rows.items() if not row["is_same"]} == {
        "person",
        "asset",
        "decision",
    }
    person = rows["person"]
    assert person["rows_released"] - person["rows_rebuilt"] == 2
    assert (person["only_released"], person["only_rebuilt"]) == (2, 0)
    assert rows["asset"]["columns"] == "amount, sum"
    assert rows["decision"]["rows_rebuilt"] is None


def _application():
    application = typer.Typer()
    application.command()(replay_command)
    return application


@pytest.mark.parametrize(
    ("lose", "message"),
    [
        (lambda layout: shutil.rmtree(layout.memory("r000002")), "missing or altered"),
        (
            lambda layout: (layout.memory("r000002") / "link_model.txt").write_text("{}", "utf-8"),
            "missing or altered",
        ),
        (lambda layout: shutil.rmtree(layout.releases / "r000001"), "goes on from r000001"),
    ],
)
def test_what_is_lacking_is_named(layout: Layout, lose, message: str) -> None:
    lose(layout)
    with pytest.raises(CannotReplayError, match=message):
        replay(layout, "r000002")


def test_a_damaged_release_and_an_unknown_one_are_refused(layout: Layout) -> None:
    table = layout.releases / "r000002/tables/person.parquet"
    table.unlink()
    for release_id, message in (("r000002", "person.parquet: missing"), ("r000009", "no release")):
        with pytest.raises(ReleaseError, match=message):
            replay(layout, release_id)
