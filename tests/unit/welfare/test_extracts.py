"""From decisions as the night makes them to the rows that ministries get."""

from __future__ import annotations

import datetime as dt

import polars as pl

from hub.programmes.catalogue import load_programmes
from pipelines.steps.eligibility import take_snapshot

NIGHT = dt.date(2026, 3, 31)
FINDING = {
    "finding_id": pl.String,
    "person_id": pl.String,
    "programme_code": pl.String,
    "rule_id": pl.String,
    "action": pl.String,
    "severity": pl.String,
    "period": pl.Date,
    "amount_at_stake": pl.Int64,
}


def snapshot(town, root):
    bench = town.decided()
    bench.add("finding", pl.DataFrame(schema=FINDING))
    bench.add("payment_hold", pl.DataFrame(schema={"finding_id": pl.String}))
    return take_snapshot(bench, root, NIGHT, "r000001")


def test_rows_are_the_people_who_are_entitled(town, tmp_path):
    town.person("kim", dt.date(1950, 5, 5))
    town.person("lee", dt.date(1990, 5, 5))
    town.person("choi", dt.date(2020, 5, 5))
    town.household("H", ("kim", "head"), ("lee", "child"), ("choi", "grandchild"))
    taken = snapshot(town, tmp_path / "extracts")
    codes = [programme.code for programme in load_programmes()]
    rows = taken.rows("eligibility", codes)
    counts = dict(rows.group_by("programme_code").len().iter_rows())
    assert [counts[code] for code in ("P001", "P009", "P029", "P073")] == [3, 3, 1, 1]
    decided = town.bench.frame("SELECT * FROM decision WHERE outcome = 'eligible'")
    assert set(counts) == set(decided["programme_code"]) == set(taken.rule_versions(codes))
    assert rows["person_digest"].n_unique() == 3
    # The amount of a unit stands on one of its rows.
    unit = rows.filter(pl.col("programme_code") == "P001")
    assert unit["is_first_of_subject"].sum() == unit["amount"].drop_nulls().len() == 1
    owed = decided.filter(~pl.col("is_excluded"))["payable_amount"].sum()
    assert rows["amount"].sum() == owed
    excluded = set(decided.filter("is_excluded")["programme_code"])
    assert set(rows.filter(pl.col("standing") == "excluded")["programme_code"]) == excluded


def test_a_town_without_people_has_a_snapshot_too(town, tmp_path):
    taken = snapshot(town, tmp_path / "extracts")
    assert taken.counts() == {"eligibility_rows": 0, "finding_rows": 0}
    assert taken.feeds().height > 0
