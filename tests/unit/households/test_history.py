"""When somebody was in which unit, and when we knew."""

from __future__ import annotations

import datetime as dt
import random

import polars as pl
import pytest

from hub.households import history
from hub.households.history import advance_history, believed_on

DAY = dt.date


def said(reason, since, member=1, delivery="d1"):
    return pl.DataFrame(
        {
            "member": [member],
            "unit_id": ["U"],
            "reason": [reason],
            "delivery_id": [delivery],
            "valid_from": [since],
        },
        schema_overrides={"member": pl.UInt64},
    )


def advance(history, tonight, night, **others):
    return advance_history(history, tonight, ("unit_id", "reason"), night, **others)


def reason_on(known, valid_on, known_on=None):
    return believed_on(known, valid_on, known_on)["reason"].to_list()


def lived():
    """At home since 2020; the night of 1 April learns of custody since 1 March; home on 1 June."""
    first = advance(pl.DataFrame(), said("at_home", DAY(2020, 1, 1)), DAY(2026, 1, 1))
    held = advance(first, said("in_custody", DAY(2026, 3, 1), delivery="d2"), DAY(2026, 4, 1))
    return advance(held, said("at_home", DAY(2020, 1, 1)), DAY(2026, 6, 1))


def test_a_register_that_is_late_corrects_the_past_and_keeps_what_was_believed():
    history = lived()
    assert reason_on(history, DAY(2026, 3, 15)) == ["in_custody"]
    assert reason_on(history, DAY(2026, 3, 15), DAY(2026, 3, 15)) == ["at_home"]
    assert reason_on(history, DAY(2026, 2, 1)) == ["at_home"]


def test_who_comes_home_is_home_from_that_night_and_not_since_the_move():
    history = lived()
    assert reason_on(history, DAY(2026, 5, 31)) == ["in_custody"]
    assert reason_on(history, DAY(2026, 6, 1)) == ["at_home"]


def test_a_row_keeps_the_source_that_first_told_it():
    first = advance(pl.DataFrame(), said("at_home", DAY(2020, 1, 1)), DAY(2026, 1, 1))
    again = advance(first, said("at_home", DAY(2020, 1, 1), delivery="d9"), DAY(2026, 2, 1))
    assert again.equals(first)


def test_a_tie_that_a_register_ended_ends_on_that_day():
    first = advance(pl.DataFrame(), said("spouse", DAY(2010, 1, 1)), DAY(2026, 1, 1))
    ended = pl.DataFrame(
        {"member": [1], "valid_from": [DAY(2026, 2, 1)]}, schema_overrides={"member": pl.UInt64}
    )
    nobody = said("spouse", None).clear()
    history = advance(first, nobody, DAY(2026, 3, 1), ended=ended)
    assert reason_on(history, DAY(2026, 1, 31)) == ["spouse"]
    assert reason_on(history, DAY(2026, 2, 1)) == []
    assert reason_on(history, DAY(2026, 2, 1), DAY(2026, 2, 1)) == ["spouse"]


def test_a_date_in_the_future_counts_from_the_night():
    first = advance(pl.DataFrame(), said("at_home", DAY(2030, 1, 1)), DAY(2026, 1, 1))
    assert first["valid_from"].to_list() == [DAY(2026, 1, 1)]


def village_of(draw, night):
    """Members in random units, some of whom come, go and come back."""
    rows = [
        (member, draw.choice("UV"), draw.choice(["", None, "at_home"]), f"d{night}", since)
        for member in range(60)
        if draw.random() < 0.8
        for since in [draw.choice([None, DAY(2020, 1, 1), DAY(2026, 1, night), DAY(2027, 1, 1)])]
    ]
    names = ["member", "unit_id", "reason", "delivery_id", "valid_from"]
    kinds = {"member": pl.UInt64, "valid_from": pl.Date}
    return pl.DataFrame(rows, names, schema_overrides=kinds, orient="row")


@pytest.mark.parametrize("seed", range(5))
def test_the_short_ways_of_a_night_lead_where_the_long_way_leads(seed, monkeypatch):
    draw = random.Random(seed)  # noqa: S311
    nights = [village_of(draw, night) for night in range(1, 7)]

    def lived_through():
        known = pl.DataFrame()
        for number, tonight in enumerate(nights, start=1):
            known = advance(known, tonight, DAY(2026, 1, number))
        return known

    shortened = lived_through()
    monkeypatch.setattr(history, "_unchanged", lambda *_: pl.Series([], dtype=pl.UInt64))
    monkeypatch.setattr(history, "_begin", begun_the_long_way)
    assert lived_through().equals(shortened)


def begun_the_long_way(tonight, night):
    nothing = tonight.clear().with_columns(
        pl.lit(None, pl.Date).alias(name) for name in history.HISTORY_DATES
    )
    return history._advance(nothing, tonight, ("unit_id", "reason"), night, None)
