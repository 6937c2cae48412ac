"""A person's story, from tables that a person can read."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from rich.console import Console

from hub.identity.person_story import tell_person
from hub.identity.story import PARTS

EVENTS = """
P1 | created    | 2026-03-01 |    | first seen
P7 | created    | 2026-03-01 |    | first seen
P7 | merged     | 2026-03-02 | P1 | their records are one
P1 | pinned     | 2026-03-03 |    | court file
P2 | created    | 2026-03-01 |    | first seen
"""
DECISIONS = """
d1 | must_link   | 11 | 31 | k.lee | letters of both | 2026-03-04 |    | true
d2 | cannot_link | 21 | 41 | k.lee | two people      | 2026-03-05 |    | false
d3 | revoke      |    |    | a.kim | wrong file      | 2026-03-06 | d2 | false
d4 | pin         |    | P2 | a.kim | court           | 2026-03-06 |    | true
"""


def frame(text, *names):
    rows = [
        [cell.strip() or None for cell in line.split("|")] for line in text.strip().splitlines()
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


@pytest.fixture
def events():
    told = frame(EVENTS, "person_id", "kind", "night", "other_person_id", "reason")
    return told.with_columns(pl.col("night").str.to_date(), actor=pl.lit(None, pl.String))


@pytest.fixture
def decisions():
    names = "decision_id kind left right actor reason decided_at revokes is_active".split()  # noqa: SIM905
    return frame(DECISIONS, *names).with_columns(
        pl.col("decided_at").str.to_datetime(time_zone="UTC"), pl.col("is_active") == "true"
    )


def test_a_story_tells_everything_in_order(world, events, decisions):
    story = tell_person(world.connection, "P1", events, decisions)
    assert story.signatures == 5
    parts = [step.part for step in story.steps]
    assert parts == sorted(parts, key=list(PARTS).index)
    assert [(step.part, step.night) for step in story.steps] == [
        ("anchor", None),
        ("member", None),
        ("member", None),
        ("decision", dt.date(2026, 3, 4)),
        ("decision", dt.date(2026, 3, 5)),
        ("decision", dt.date(2026, 3, 6)),
        ("event", dt.date(2026, 3, 1)),
        ("event", dt.date(2026, 3, 3)),
        ("redirect", dt.date(2026, 3, 2)),
    ]
    anchor = story.steps[0]
    assert anchor.facts == {"entity_id": "100", "numbers": 1, "supports": {"name": 2, "no_name": 1}}
    assert "d2; holds no longer" in story.text()
    assert "revoke of d2 by a.kim: wrong file (d3)" in story.text()
    assert "P7 ended and led here" in story.text()
    assert "d4" not in story.text()


def test_joins_are_told_by_the_best_pair_the_strongest_first(world, events, decisions):
    story = tell_person(world.connection, "P1", events, decisions)
    joins = [step.facts for step in story.steps if step.part == "member"]
    best = dict(
        world.connection.sql("SELECT (record_l, record_r), match_weight FROM pair_score").fetchall()
    )
    # Who lives elsewhere is no housemate: 300 comes first, and 200 by way of it.
    assert [(one["joined_to"], one["entity_id"]) for one in joins] == [
        ("100", "300"),
        ("300", "200"),
    ]
    for one in joins:
        record_l, record_r = int(one["record_l"]), int(one["record_r"])
        assert one["match_weight"] == best[record_l, record_r]
        among = [
            weight
            for (left, right), weight in best.items()
            if {left // 100, right // 100} == {record_l // 100, record_r // 100}
        ]
        assert one["match_weight"] == max(among)


def test_who_was_put_there_by_people_is_said_to_be(world, events, decisions):
    world.connection.execute("BEGIN")
    try:
        world.connection.execute(
            "UPDATE signature_member SET person_id = 'P2' WHERE signature_id = 51"
        )
        story = tell_person(world.connection, "P2", events, decisions)
    finally:
        world.connection.execute("ROLLBACK")
    told = [step.text for step in story.steps if step.part == "member"]
    assert len(told) == 1
    assert "no pair was scored" in told[0]


def test_a_person_without_a_number_is_held_by_scores_alone(world, events, decisions):
    story = tell_person(world.connection, "P3", events, decisions)
    assert [step.part for step in story.steps] == ["anchor", "member", "question"]
    assert "scores alone" in story.steps[0].text
    assert "starts with entity 500" in story.steps[1].text


def test_an_ended_person_leads_on(world, events, decisions):
    story = tell_person(world.connection, "P7", events, decisions)
    assert story.signatures == 0
    assert "no signatures in the current index" in story.heading
    assert story.steps[-1].text == "it ended and leads to P1"
    assert story.steps[-1].facts["other_person_id"] == "P1"


def test_a_story_holds_no_names(world, events, decisions):
    story = tell_person(world.connection, "P1", events, decisions)
    printed = story.text() + str(story.rows())
    for value in ("SMITH", "JOHN", "1950", "LEEDS", "900123"):
        assert value not in printed


def test_the_tree_says_what_the_text_says(world, events, decisions):
    story = tell_person(world.connection, "P1", events, decisions)
    console = Console(width=300, record=True, file=open("/dev/null", "w"))  # noqa: SIM115, PTH123
    console.print(story.tree())
    drawn = console.export_text()
    for line in story.text().splitlines():
        assert line.strip().rstrip(":") in drawn


def test_nobody_is_refused(world, events, decisions):
    with pytest.raises(LookupError, match="P9"):
        tell_person(world.connection, "P9", events, decisions)


def test_a_person_who_waits_for_an_answer_is_told_so(world, events, decisions):
    story = tell_person(world.connection, "P3", events, decisions)
    asked = [step for step in story.steps if step.part == "question"]
    assert [(step.facts["kind"], step.facts["other_entity_id"]) for step in asked] == [
        ("held", "400")
    ]
    assert "nothing came of the one whose ID would end" in story.text()
