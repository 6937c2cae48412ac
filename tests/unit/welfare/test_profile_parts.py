"""Profiles of some people after the other: the rows and their order are those of all at once."""

from __future__ import annotations

import datetime as dt
from random import Random

import pytest

from pipelines.steps.profiles import OF_PEOPLE, OF_TABLES, PROFILE_TABLES, build_profiles

FEBRUARY, MARCH = dt.date(2026, 2, 1), dt.date(2026, 3, 1)
WAGES = ("I24-F19-01", "I26-F19-01", "I23-F19-01")
PEOPLE = 30


@pytest.fixture(scope="module")
def seed():
    return 29


@pytest.fixture
def settled(town, seed):
    """Thirty people in households of one to four, some with two wages of a month, things and debts."""
    chance = Random(seed)  # noqa: S311
    names = [f"{number:02}" for number in range(PEOPLE)]
    for name in names:
        town.person(name, dt.date(chance.randrange(1930, 2020), 5, 5))
        for source in chance.sample(WAGES, chance.randrange(3)):
            for _ in range(chance.randrange(1, 3)):
                month = chance.choice((FEBRUARY, MARCH))
                town.wage(name, source, month, chance.randrange(10**7))
        if chance.random() < 0.4:
            town.add(
                "f26", name, "I35-F26-02", institution_no="088", account_no=f"1{name}",
                balance_amount=chance.randrange(10**8), as_of=FEBRUARY,
            )  # fmt: skip
        if chance.random() < 0.3:
            town.add(
                "f23", name, "I05-F23-01", vehicle_no=name, assessed_amount=chance.randrange(10**8),
                model_year=2015, engine_cc=1_600, registered_on=dt.date(2019, 1, 1),
            )  # fmt: skip
        if chance.random() < 0.3:
            town.add("f13", name, "I03-F13-01", period=2024, income_amount=chance.randrange(10**8))
    chance.shuffle(names)
    while names:
        members, names = names[: (size := chance.randrange(1, 5))], names[size:]
        town.household(f"house {members[0]}", *((name, "head") for name in members))
    return town


def rows_of(bench):
    return {
        table: bench.frame(f"FROM {table}").rows()
        for table in PROFILE_TABLES
        if table in OF_PEOPLE + OF_TABLES
    }


@pytest.mark.parametrize("people_at_a_time", [1, 7, PEOPLE - 1])
def test_people_in_parts_are_profiled_as_all_at_once(settled, people_at_a_time):
    bench = settled.open()
    counts = build_profiles(bench)
    whole = rows_of(bench)
    assert {name for name, rows in whole.items() if not rows} <= {"income_conflict"}
    assert build_profiles(bench, people_at_a_time=people_at_a_time) == counts
    assert rows_of(bench) == whole


def test_a_source_whose_newest_month_tells_of_other_people_is_carried_forward_in_each_part(town):
    for name in ("kim", "lee"):
        town.person(name, dt.date(1980, 5, 5))
    town.wage("kim", "I24-F19-01", FEBRUARY, 2_000_000)
    town.wage("lee", "I24-F19-01", MARCH, 1_000_000)
    bench = town.open()
    build_profiles(bench, people_at_a_time=1)
    assert bench.frame("SELECT person_id, month FROM income_of_month, night").rows() == [
        ("person-lee", MARCH)
    ]


def test_nothing_of_the_parts_is_left_beside_the_tables(settled):
    bench = settled.open()
    build_profiles(bench, people_at_a_time=7)
    assert {path.stem for path in bench.folder.iterdir()} >= {"income", "profile_household"}
    assert not [path for path in bench.folder.iterdir() if path.suffix != ".parquet"]
