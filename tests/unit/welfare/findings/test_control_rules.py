"""The rules about the office itself: the feed guard (D45), officials (D43) and accesses (D44)."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from pipelines.steps.feed_guard import judge_feeds
from warehouse.families import EffectiveDelivery
from warehouse.feed_measures import FEED_MEASURE_SCHEMA, measure_deliveries
from warehouse.workbench import Workbench

NIGHT = dt.date(2026, 4, 1)
DELIVERY_SCHEMA = {
    "delivery_id": pl.String,
    "document_type": pl.String,
    "period": pl.String,
    "made_at": pl.Datetime("us"),
    "rows_accepted": pl.Int64,
    "state": pl.String,
    "is_effective": pl.Boolean,
}


def month(back):
    """First day of the month `back` months before March 2026."""
    number = 2026 * 12 + 2 - back
    return dt.date(number // 12, number % 12 + 1, 1)


class Feeds:
    """Deliveries of a few made-up document types, oldest first."""

    def __init__(self, folder):
        self.folder = folder
        self.types = {}
        self.deliveries = []
        self.measures = []

    def sends(
        self, document_type, rows, *, cycle="monthly", mode="full", days=None, nulls=None, made=None
    ):
        """One delivery a number of `rows`, the newest last; `nulls` are empty cells of a column."""
        self.types[document_type] = (cycle, mode)
        days = days or [month(len(rows) - 1 - place) for place in range(len(rows))]
        for place, (day, count) in enumerate(zip(days, rows, strict=True)):
            period = f"{day:%Y%m%d}" if cycle == "daily" else f"{day:%Y%m}"
            delivery_id = f"{document_type}_{period}_001"
            self.deliveries.append(
                {
                    "delivery_id": delivery_id,
                    "document_type": document_type,
                    "period": period,
                    "made_at": dt.datetime.combine(made or day, dt.time(1)) + dt.timedelta(days=3),
                    "rows_accepted": count,
                    "state": "landed",
                    "is_effective": True,
                }
            )
            if nulls:
                self.measures.append(
                    {
                        "document_type": document_type,
                        "delivery_id": delivery_id,
                        "column_name": "amount",
                        "value_count": count,
                        "null_count": nulls[place],
                    }
                )

    def judged(self):
        """Document type → (state, reason, detail)."""
        with Workbench(self.folder) as bench:
            bench.add("night", pl.DataFrame({"as_of": [NIGHT], "month": [dt.date(2026, 3, 1)]}))
            bench.add("delivery", pl.DataFrame(self.deliveries, schema=DELIVERY_SCHEMA))
            bench.add("feed_measure", pl.DataFrame(self.measures, schema=FEED_MEASURE_SCHEMA))
            bench.add(
                "document_type",
                pl.DataFrame(
                    [(code, *rest) for code, rest in self.types.items()],
                    schema=["code", "cycle", "mode"],
                    orient="row",
                ),
            )
            judge_feeds(bench)
            rows = bench.frame("SELECT * FROM feed_guard").to_dicts()
        return {row["document_type"]: (row["state"], row["reason"], row["detail"]) for row in rows}


@pytest.fixture
def feeds(tmp_path):
    return Feeds(tmp_path / "tables")


USUAL = [1000, 1010, 990, 1005, 995, 1000, 1015, 985]


# D45: the feed guard


def test_rows_outside_the_band_of_eight_like_deliveries(feeds):
    for name, newest in (("LOW", 799), ("LEAST", 800), ("MOST", 1200), ("HIGH", 1201)):
        feeds.sends(name, [*USUAL, newest])
    # Who sends changes may send many at once, and few where few is usual.
    feeds.sends("CHANGES", [*USUAL, 5000], mode="delta")
    feeds.sends("FEW", [9, 4, 7, 6, 8, 5, 9, 7, 1], mode="event")
    feeds.sends("YOUNG", [*USUAL[:7], 1])
    found = feeds.judged()
    assert {name for name, (state, *_) in found.items() if state == "suspect"} == {"LOW", "HIGH"}
    assert found["LOW"] == ("suspect", "rows", "rows 799; usual 800 to 1200")
    assert found["YOUNG"] == ("unknown", None, None)
    assert found["FEW"][0] == "usual"


def test_a_season_is_compared_with_the_year_before(feeds):
    """A May of 300 rows is as last May; where last May was like every month, it is not."""
    days = [month(back) for back in range(12, -1, -1)]
    ordinary = [1000] * 11
    feeds.sends("SEASON", [300, *ordinary, 310], days=days)
    feeds.sends("EVERY", [1000, *ordinary, 310], days=days)
    found = feeds.judged()
    assert (found["SEASON"][0], found["EVERY"][0]) == ("usual", "suspect")


def test_days_are_compared_with_the_same_weekday(feeds):
    """Sundays bring a tenth; a Sunday is no collapse, a Tuesday like a Sunday is."""
    days = [dt.date(2026, 1, 25) + dt.timedelta(days=count) for count in range(64)]
    counts = [100 if day.isoweekday() == 7 else 1000 for day in days]
    assert days[-1].isoweekday() == 7
    feeds.sends("SUNDAY", counts, cycle="daily", mode="event", days=days, made=days[-1])
    days = [day + dt.timedelta(days=2) for day in days]
    counts = [100 if day.isoweekday() == 7 else 1000 for day in days]
    feeds.sends("TUESDAY", [*counts[:-1], 100], cycle="daily", mode="event", days=days, made=NIGHT)
    found = feeds.judged()
    assert (found["SUNDAY"][0], found["TUESDAY"][1]) == ("usual", "rows")


def test_a_column_that_is_empty_more_often(feeds):
    ten_of_a_hundred = [100, 101, 99, 100, 100, 102, 98, 101]
    for name, newest in (("JUMP", 151), ("DRIFT", 150), ("FILLED", 0)):
        feeds.sends(name, [*[1000] * 8, 1000], nulls=[*[100] * 8, newest])
    feeds.sends("STEADY", [*USUAL, 1000], nulls=[*ten_of_a_hundred, 103])
    # Of 20 rows no share can be told.
    feeds.sends("SMALL", [20] * 9, nulls=[*[0] * 8, 20])
    found = feeds.judged()
    assert {name for name, (state, *_) in found.items() if state == "suspect"} == {"JUMP"}
    assert found["JUMP"][1:] == ("nulls", "column amount empty in 15 %; usual 10 %")


def test_a_feed_that_stops_is_overdue_after_twice_its_usual_gap(feeds):
    for name, back in (("STOPPED", 3), ("LATE", 1)):
        feeds.sends(name, [1000] * 9, days=[month(back + count) for count in range(8, -1, -1)])
    feeds.sends(
        "ASKED",
        [1000] * 9,
        cycle="on_request",
        days=[month(6 + count) for count in range(8, -1, -1)],
    )
    found = feeds.judged()
    assert found["STOPPED"] == (
        "suspect",
        "overdue",
        "last made 2025-12-04; usual every 30 days",
    )
    assert (found["LATE"][0], found["ASKED"][0]) == ("usual", "usual")


def test_only_deliveries_that_were_not_measured_are_read(tmp_path):
    def delivery(name):
        return EffectiveDelivery(name, "T", name, 1, 1, tmp_path / name)

    for name, amounts in (("202601", [1, None, 3]), ("202602", [None, None])):
        (tmp_path / name).mkdir()
        for part, amount in enumerate(amounts):
            pl.DataFrame({"amount": [amount]}, schema={"amount": pl.Int64}).write_parquet(
                tmp_path / name / f"part-{part:05d}.parquet", statistics=True
            )
    first = measure_deliveries([delivery("202601")])
    assert first.rows() == [("T", "202601", "amount", 3, 1)]
    for part in (tmp_path / "202601").iterdir():
        part.unlink()
    both = measure_deliveries([delivery("202601"), delivery("202602")], first)
    assert both.rows() == [("T", "202601", "amount", 3, 1), ("T", "202602", "amount", 2, 2)]


def test_d45_a_suspect_feed_is_stale_found_and_silences_its_rules(town):
    """The register of deaths collapses: D01 waits for it, though a death and a payment are there."""
    town.person("kim", dt.date(1950, 5, 5), died=dt.date(2026, 1, 20))
    day = dt.date(2026, 1, 20)
    for document_type in ("I01-F04-01", "I02-F04-02"):
        town.add("f04", "kim", document_type, event="death", occurred_on=day, reported_on=day)
    town.paid("kim", "P029", dt.date(2026, 3, 1), 349_700)
    opened = town.open

    def open_with_guard():
        bench = opened()
        suspects = pl.DataFrame(
            {
                "document_type": ["I01-F04-01", "I02-F04-02"],
                "delivery_id": ["I01-F04-01_202603_001", "I02-F04-02_202603_001"],
                "state": ["suspect"] * 2,
                "reason": ["rows"] * 2,
                "detail": ["rows 1; usual 800 to 1200"] * 2,
                "preceding_deliveries": [8, 8],
            }
        )
        bench.add("feed_guard", suspects)
        return bench

    town.open = open_with_guard
    bench = town.searched("D01", "D45")
    found = bench.frame("SELECT rule_id, subject_id, statement, action FROM finding").rows()
    assert found == [
        ("D45", "I01-F04-01", "rows 1; usual 800 to 1200", "INFO"),
        ("D45", "I02-F04-02", "rows 1; usual 800 to 1200", "INFO"),
    ]
    feed = bench.frame("SELECT state, is_suspect FROM feed WHERE document_type = 'I01-F04-01'")
    assert feed.rows() == [("stale", True)]
    assert bench.value("SELECT waits_for FROM rule_state WHERE rule_id = 'D01'") == [
        "I01-F04-01",
        "I02-F04-02",
    ]
    evidence = bench.frame("SELECT role, document_type, delivery_id FROM finding_evidence").rows()
    assert ("delivery", "I01-F04-01", "I01-F04-01_202603_001") in evidence
