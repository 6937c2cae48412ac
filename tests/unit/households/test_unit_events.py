"""Events of units and IDs of households are told from what changed alone, and are those of everything."""

from __future__ import annotations

import datetime as dt
import random

import polars as pl
import pytest

from hub.households import registered, unit_ids

NIGHT = dt.date(2026, 4, 30)
KEY = b"key of a test"


def people_in_units(draw, share):
    """Ninety people in thirty units of two families; `share` of them where chance wants them."""
    rows = [
        (family, f"H{draw.randrange(40) if draw.random() < share else number // 3}", f"p{number}")
        for family in ("registered_household", "basic_livelihood")
        for number in range(90)
        if draw.random() < 0.97
    ]
    return pl.DataFrame(rows, ["unit_family", "unit_id", "person_id"], orient="row")


@pytest.mark.parametrize("seed", range(5))
def test_events_of_changed_units_are_all_events(seed, monkeypatch):
    draw = random.Random(seed)  # noqa: S311
    was, now, former = (people_in_units(draw, share) for share in (0.1, 0.1, 0.9))
    former = former.join(was, on=["unit_family", "unit_id"], how="anti")
    told = unit_ids.tell_unit_events(was, now, former, NIGHT)
    monkeypatch.setattr(unit_ids, "_changed_units", lambda previous, tonight: (previous, tonight))
    assert told.height
    assert unit_ids.tell_unit_events(was, now, former, NIGHT).equals(told)


@pytest.mark.parametrize("seed", range(5))
def test_ids_of_changed_households_are_the_ids_of_all(seed, monkeypatch):
    draw = random.Random(seed)  # noqa: S311
    stays = people_in_units(draw, 0.1).filter(pl.col("unit_family") == "registered_household")
    then = stays.select(member="person_id", household_id=pl.format("K{}", "unit_id"))
    later = people_in_units(draw, 0.1).filter(pl.col("unit_family") == "registered_household")
    clusters = later.select(member="person_id", cluster="unit_id")
    short = registered.assign_household_ids(clusters, then, 50, KEY)
    monkeypatch.setattr(registered, "affected_part", lambda tonight, before: (tonight, before))
    long = registered.assign_household_ids(clusters, then, 50, KEY)
    assert short.events.height
    assert short.members.equals(long.members)
    assert short.events.equals(long.events)
    assert short.next_sequence == long.next_sequence
