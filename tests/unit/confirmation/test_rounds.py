"""The calendar of confirmation rounds: who takes part when, and what is refused."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest

from hub.confirmation.rounds import CalendarError, load_calendar, programme_frame
from hub.programmes.catalogue import load_programmes

RENTALS = {"P235", "P236", "P237", "P238", "P239", "P240", "P241", "P242"}
CALENDAR = """
[tolerance]
amount = 1000
ppm = 10000
[pages]
least_recipients = 10
[[round]]
code = "2026H1"
as_of = 2026-03-31
[[round]]
code = "2026H2"
as_of = {second}
[[participation]]
name = "all"
first_round = "{first}"
every_rounds = {every}
programmes = ["{programme}"]
"""


def written(tmp_path, **changes):
    words = {"second": "2026-09-30", "first": "2026H1", "every": 1, "programme": "P001"}
    path = tmp_path / "rounds.toml"
    path.write_text(CALENDAR.format(**words | changes), "utf-8")
    return path


def test_there_are_two_rounds_a_year():
    years = [each.as_of.year for each in load_calendar().rounds]
    assert {years.count(year) for year in years} == {2}


def test_livelihood_takes_part_in_every_round_and_rentals_every_two_years():
    rounds = load_calendar().rounds
    assert all("P001" in each.programmes for each in rounds)
    days = [each.as_of for each in rounds if set(each.programmes) >= RENTALS]
    assert [later.year - earlier.year for earlier, later in pairwise(days)] == [2, 2]
    assert all(not RENTALS & set(each.programmes) for each in rounds if each.as_of not in days)


def test_a_round_confirms_the_last_whole_month():
    assert load_calendar().find("2026h1").month == dt.date(2026, 2, 1)


def test_the_newest_round_of_a_day():
    calendar = load_calendar()
    assert calendar.latest(dt.date(2026, 9, 29)).code == "2026H1"
    assert calendar.latest(dt.date(2026, 9, 30)).code == "2026H2"
    with pytest.raises(CalendarError, match="none by 2020-01-01"):
        calendar.latest(dt.date(2020, 1, 1))


def test_an_unknown_round_names_those_there_are():
    with pytest.raises(CalendarError, match=r"no confirmation round 2019H1.*2026H1"):
        load_calendar().find("2019H1")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"second": "2026-03-31"}, "field as_of"),
        ({"second": '"soon"'}, "field as_of"),
        ({"first": "2025H1"}, "field first_round"),
        ({"every": 0}, "field every_rounds"),
    ],
)
def test_a_wrong_calendar_is_refused_with_its_field(tmp_path, changes, said):
    with pytest.raises(CalendarError, match=said):
        load_calendar(written(tmp_path, **changes))


def test_a_programme_that_does_not_exist_is_refused(tmp_path):
    chosen = load_calendar(written(tmp_path, programme="P999")).rounds[0]
    with pytest.raises(CalendarError, match="no programme P999"):
        programme_frame(chosen, load_programmes())


def test_only_monthly_won_are_compared():
    frame = programme_frame(load_calendar().find("2026H1"), load_programmes())
    compared = dict(frame.select("programme_code", "is_compared").iter_rows())
    scope = dict(frame.select("programme_code", "scope").iter_rows())
    assert (compared["P001"], compared["P009"], compared["P235"]) == (True, False, False)
    assert (scope["P001"], scope["P029"]) == ("household", "person")
