"""Commands about the index of two whole nights: accuracy, look-up, a new model and its acceptance."""

from __future__ import annotations

import datetime as dt
import json

import night_scene as scene
import polars as pl

from pipelines.steps import stages
from pipelines.steps.index_accuracy import measure_night
from pipelines.steps.index_trials import open_trial
from warehouse.layout import Layout
from warehouse.releases import current


def test_accuracy_hides_numbers_and_finds_people_again(run, tmp_path, home):
    told = run("accuracy", "--permille", "300", "--out", str(tmp_path / "report"), "--json")
    (row,) = json.loads(told.stdout)
    assert row["true_pairs"] > 1000
    assert row["precision"] > 0.95
    assert row["recall"] > 0.9
    assert row["dropped_blocks"] is not None
    dimensions = {group["dimension"] for group in row["by_group"]}
    assert dimensions == {"age_band", "sex", "nationality", "script", "institution"}
    assert {path.name for path in (tmp_path / "report").iterdir()} == {
        "accuracy.html", "accuracy.json", "accuracy_by_group.parquet",
    }  # fmt: skip
    assert [path.name for path in (home / "scratch").glob("trial-*")] == []


def test_a_night_makes_its_report_only_where_it_is_asked(home, monkeypatch):
    release = current(Layout(home))
    page = home / "quality" / "index" / release.release_id / "accuracy.html"
    with scene.open_night(home, release.night).ledger:
        context = scene.open_night(home, release.night)
        measure_night(context)
        assert not page.exists()
        monkeypatch.setenv("HUB_INDEX_ACCURACY", "lots")
        measure_night(context)
        assert not page.exists()
        monkeypatch.setenv("HUB_INDEX_ACCURACY", "20")
        measure_night(context)
        assert page.exists()


def test_a_registered_person_is_found_by_name_date_and_address(run, home):
    release = current(Layout(home))
    with open_trial(Layout(home), release.night) as bench:
        signatures = bench.frame("FROM signature")
    signature = (
        signatures.join(pl.read_parquet(release.table("person_index")), on="signature_id")
        .filter(
            pl.col("address").is_not_null(),
            pl.col("full_name").is_not_null(),
            match_kind="national_id",
        )
        .sort("signature_id")
        .row(0, named=True)
    )
    asked = [
        "--name", signature["full_name"], "--birth-date", f"{signature['birth_date']}",
        "--address", signature["address"], "--sex", signature["sex"],
    ]  # fmt: skip
    (answer,) = json.loads(run("find", *asked, "--json").stdout)
    assert answer["verdict"] == "found"
    assert answer["people"][0]["person_id"] == signature["person_id"]
    assert "found" in run("find", *asked).stdout


def test_a_number_is_never_repeated(run):
    for written in ("900101-12345", "9001011234567x", "900101-1******"):
        result = run("find", "--name", "Kim", "--national-id", written, code=1)
        assert "13 digits" in result.stderr
        assert written not in result.output
    assert "nothing to look up" in run("find", code=1).stderr


def test_a_trained_model_is_compared_accepted_and_used_and_people_keep_their_ids(run, home):
    before = current(Layout(home))
    told = run("train", "--version", "trial-1", "--json")
    (row,) = json.loads(told.stdout)
    refused = run("accept", "trial-1", "--reason", "r", "--actor", "a", code=1)
    assert "Nobody has seen" in refused.stderr
    # So small a country is learnt from too little: how much changes is not what is tested here.
    wide = [f"--{kind}-share=1" for kind in ("merged", "split", "moved")]
    seen = ["--reason", "test", "--actor", "a", "--seen", row["fingerprint"]]
    run("accept", "trial-1", *seen, *wide)
    assert "no longer in use" in run("accept", "trial-1", *seen, code=1).stderr

    scene.play_night(home, before.night + dt.timedelta(days=1), None)
    after = current(Layout(home))
    assert after.release_id > before.release_id
    context = scene.open_night(home, after.night)
    assert stages.index_model(context).version == "trial-1"
    assert after.manifest.versions["link_model"] == stages.index_model(context).digest
    old, new = (
        pl.read_parquet(one.table("person_index")).drop_nulls("person_id")
        for one in (before, after)
    )
    both = old.join(new, on="signature_id", suffix="_new")
    moved = both.filter(pl.col("person_id") != pl.col("person_id_new")).height
    changed = sum(change["members"] for change in row["changes"] if change["kind"] != "kept")
    assert both.height > 1000
    assert moved <= changed


def test_what_cannot_be_trained_is_said(run):
    assert "already" in run("train", "--version", "trial-1", code=1).stderr
    assert (
        "no longer kept" in run("train", "--version", "v", "--night", "2020-01-01", code=1).stderr
    )
    assert "must be a day" in run("train", "--version", "v", "--night", "May", code=1).stderr
    assert "was not compared" in run("accept", "v", "--reason", "r", code=1).stderr
