"""A question of the index, from the night that asks it to the night that obeys the answer."""

from __future__ import annotations

import datetime as dt
import json

import night_scene as scene
import polars as pl
import pytest

from pipelines.steps import stages
from warehouse.layout import Layout
from warehouse.ledger import Ledger
from warehouse.releases import current


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A hub of one night of its own: among 600 people the index is sure of everybody."""
    folder = tmp_path_factory.mktemp("doubtful")
    scene.tell(folder, 800, 1)
    scene.play_night(folder / "home", scene.FIRST, folder / "nights")
    return folder / "home"


def people(home):
    index = pl.read_parquet(current(Layout(home)).table("person_index"))
    return dict(index.select("signature_id", "person_id").rows())


def test_a_question_is_shown_answered_obeyed_and_not_asked_again(home, run):
    before = current(Layout(home))
    asked = json.loads(run("review", "list", "--json", "--limit", "1000").stdout)
    question = next(row for row in asked if row["left"] and row["right"])
    name, left, right = question["review_id"], question["left"], question["right"]
    assert run("review", "show", name, "--without-values").stdout
    held = people(home)
    # What is one person already is taken apart; others are kept apart.
    answer = ("--decision", "different", "--reason", "seen the papers", "--actor", "clerk")
    run("review", "decide", name, *answer)

    scene.play_night(home, before.night + dt.timedelta(days=1), None)
    now = people(home)
    assert now[int(left)] is None or now[int(left)] != now[int(right)]
    with Ledger.open(Layout(home).ledger_url) as ledger:
        assert ledger.reviews().filter(review_id=name)["state"].to_list() == ["decided"]
    still_asked = {
        row["review_id"]
        for row in json.loads(run("review", "list", "--json", "--limit", "1000").stdout)
    }
    assert name not in still_asked
    touched = [signature for signature, person in held.items() if now[signature] != person]
    assert len(touched) < 10


def test_an_event_says_in_which_run_and_by_which_model(home):
    night = current(Layout(home)).night
    context = scene.open_night(home, night)
    with context.ledger as ledger:
        origins = ledger.person_event_origins()
        assert origins.height
        assert origins["run"].str.starts_with("night ").all()
        assert origins["model_version"].unique().to_list() == [stages.index_model(context).digest]
