"""Decisions of the town when evidence is missing, disagrees, or is corrected later."""

from __future__ import annotations

import datetime as dt

from pipelines.steps.decisions import build_decisions
from pipelines.steps.profiles import build_profiles

MARCH = dt.date(2026, 3, 1)
THRESHOLD = 820_556
"""Livelihood threshold of one person in 2026, won a month."""
INCOME = "RECOGNISED_INCOME_ABOVE_THRESHOLD"


def alone(town, **pension):
    """One person with a national pension, which counts in full."""
    town.person("kim", dt.date(1980, 5, 5))
    town.household("H", ("kim", "head"))
    if pension:
        town.add("f15", "kim", "I23-F15-01", pension_no="p", period=MARCH, **pension)


def livelihood(town):
    row = town.decision("P001", "H")
    return row["outcome"], row["amount"], row["reasons"]


def test_two_feeds_that_never_arrived_are_both_named(town):
    alone(town, amount=300_000)
    for feed in ("I35-F26-02", "I05-F20-01"):
        del town.deliveries[f"{feed}_202603_001"]
    town.decided()
    row = town.decision("P001", "H")
    assert (row["outcome"], row["amount"]) == ("undetermined", None)
    assert row["missing"] == ["I05-F20-01", "I35-F26-02"]


def test_a_gap_of_means_leaves_what_does_not_rest_on_means(town):
    """The child allowance asks age and stay only."""
    town.person("kim", dt.date(1990, 5, 5))
    town.person("child", dt.date(2023, 5, 5))
    town.household("H", ("kim", "head"), ("child", "child"))
    del town.deliveries["I35-F26-02_202603_001"]
    town.decided()
    assert town.decision("P001", "H")["outcome"] == "undetermined"
    found = town.decision("P073", "person-child")
    assert (found["outcome"], found["amount"]) == ("eligible", 100_000)


def test_of_two_wage_reports_that_disagree_the_preferred_one_decides(town):
    """The health insurer's base stands before that of work injuries; both are kept as a conflict."""
    alone(town)
    town.wage("kim", "I24-F19-01", MARCH, 500_000)
    town.wage("kim", "I26-F19-01", MARCH, 3_000_000)
    bench = town.decided()
    first = livelihood(town)
    assert first[0] == "eligible"
    assert bench.value("SELECT count(*) FROM income_conflict") == 1
    counted = bench.value("SELECT recognised_income_amount FROM household_means")
    assert first[1] == THRESHOLD - counted
    assert counted < 500_000


def test_a_pension_told_later_changes_the_decision_of_the_night_that_knows_it(town):
    alone(town, amount=300_000)
    town.decided()
    assert livelihood(town) == ("eligible", THRESHOLD - 300_000, [])
    town.add("f15", "kim", "I23-F15-01", pension_no="q", period=MARCH, amount=520_557)
    town.decided()
    assert livelihood(town) == ("ineligible", None, [INCOME])


def test_a_late_feed_settles_what_was_undetermined(town):
    alone(town, amount=300_000)
    arrived = town.deliveries.pop("I35-F26-02_202603_001")
    town.decided()
    assert livelihood(town) == ("undetermined", None, [INCOME])
    town.deliveries["I35-F26-02_202603_001"] = arrived
    town.decided()
    assert livelihood(town) == ("eligible", THRESHOLD - 300_000, [])


def test_what_arrived_later_changes_no_decision_of_a_day_before(town):
    """A correction of 20 April: the night as known on the 19th decides as it did, that of the 20th anew."""
    alone(town, amount=300_000)
    late = dt.datetime(2026, 4, 20)  # noqa: DTZ001
    town.add("f15", "kim", "I23-F15-01", pension_no="q", period=MARCH, amount=520_557)
    town.rows["f15"][-1]["made_at"] = late
    bench = town.open()
    found = []
    for known_at in (late - dt.timedelta(days=1), late):
        build_profiles(bench, known_at)
        build_decisions(bench)
        found.append(livelihood(town))
    assert found == [("eligible", THRESHOLD - 300_000, []), ("ineligible", None, [INCOME])]
