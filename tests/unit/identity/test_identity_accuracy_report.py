"""The accuracy page and its files: figures in, nothing small or foreign out."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import polars as pl
from lxml import html

from hub.identity.accuracy_figures import AccuracyFigures, suppress_small_groups, weight_histogram
from hub.identity.accuracy_report import write_accuracy_report
from hub.identity.control_limits import LimitBreach
from hub.identity.measures import BCubed, IdentifierChurn, PairwiseMeasures, PersonCount


def groups(*rows):
    return pl.DataFrame(
        [(dimension, group, members, 4, 4, 3, 0.75, 0.5, 0.6) for dimension, group, members in rows],
        schema=[
            "dimension", "group", "members", "true_pairs", "predicted_pairs", "shared_pairs",
            "precision", "recall", "f1",
        ],
        orient="row",
    )  # fmt: skip


BARE = AccuracyFigures(
    "Accuracy <of> the index",
    dt.date(2026, 3, 31),
    1200,
    PairwiseMeasures(200, 100, 90, 800, 3, 4),
    BCubed(800, 0.9, 0.8),
    PersonCount(300, 310),
)
FULL = replace(
    BARE,
    reviews_per_10_000=12.5,
    churn=IdentifierChurn(90, 10, 5, 4, 40, 2, 1),
    by_group=groups(("sex", "female", 300), ("sex", "male", 200), ("script", "kana", 9),
                    ("script", "han", 20), ("script", "hangul", 471)),
    cluster_sizes=pl.DataFrame({"size_band": ["1", "over 50"], "clusters": [1_234_567, 1]}),
    match_weights=pl.DataFrame(
        {"weight_from": [-4.0, 8.0], "weight_to": [-2.0, 10.0], "pairs": [40, 12],
         "kind": ["two persons", "same person"]}
    ),
    dropped_blocks=pl.DataFrame({"rule": ["phone & name"], "keys": [3], "records": [4321]}),
    breaches=[LimitBreach("moved_share", 0.1, "moved_share is 0.1; at most 0.005 may be.")],
    join_weight=6.0,
)  # fmt: skip


def written(figures, folder):
    page = html.fromstring(write_accuracy_report(figures, folder).read_text(encoding="utf-8"))
    return page, json.loads((folder / "accuracy.json").read_text(encoding="utf-8"))


def test_the_page_tells_every_figure_and_needs_nothing_else(tmp_path):
    page, told = written(FULL, tmp_path)
    text = page.text_content()
    for expected in (
        "Accuracy <of> the index", "60.00%", "90.00%", "45.00%", "+10", "12.5", "10.00%",
        "1,234,567", "phone & name", "4,321", "joins at 6", "at most 0.005 may be",
    ):  # fmt: skip
        assert expected in text
    assert page.xpath("count(//*[local-name()='svg'])") == 5
    assert not page.xpath("//script | //link | //img | //@src | //@href")
    assert (told["f1"], told["person_count_error"], told["moved_share"]) == (0.6, 10, 0.1)


def test_charts_carry_their_values_as_tooltips(tmp_path):
    page, _ = written(FULL, tmp_path)
    titles = page.xpath("//*[local-name()='path']/*[local-name()='title']/text()")
    assert any("measure recall, group female, value 0.5, members 300" in each for each in titles)
    assert any("clusters 1234567" in each for each in titles)


def test_what_was_not_measured_is_not_shown(tmp_path):
    page, told = written(BARE, tmp_path)
    assert not page.xpath("//*[local-name()='svg']")
    assert "control limits" not in page.text_content()
    assert told["reviews_per_10_000"] is None
    assert not (tmp_path / "accuracy_by_group.parquet").exists()


def test_a_small_group_is_nowhere(tmp_path):
    _, told = written(FULL, tmp_path)
    files = pl.read_parquet(tmp_path / "accuracy_by_group.parquet")
    for rows in (told["by_group"], files.to_dicts()):
        dark = {row["group"] for row in rows if row["is_suppressed"]}
        # Han as well: all less the others would tell the nine.
        assert dark == {"kana", "han"}
        for row in rows:
            assert (row["members"] is None) == (row["group"] in dark)
            assert (row["f1"] is None) == (row["group"] in dark)


def test_as_many_groups_are_dark_as_hide_the_small_ones():
    def dark(*sizes):
        told = suppress_small_groups(groups(*(("d", str(size), size) for size in sizes)))
        assert told["group"].to_list() == [str(size) for size in sizes]
        return [int(each) for each in told.filter("is_suppressed")["group"]]

    assert dark(100, 10, 500) == []
    assert dark(100, 3, 500) == [100, 3]
    assert dark(5, 6, 500, 20) == [5, 6]
    assert dark(9) == [9]


def test_weights_are_counted_by_kind_and_rare_bars_left_out():
    pairs = pl.DataFrame(
        [("a", "b", 5.5)] * 10 + [("a", "c", -0.5)] * 11 + [("a", "z", -0.1)] * 12
        + [("a", "c", 9.0)] * 9,
        schema=["record_l", "record_r", "match_weight"],
        orient="row",
    )  # fmt: skip
    truth = pl.DataFrame({"member": ["a", "b", "c", "z", "z"], "truth": [1, 1, 2, 1, 2]})
    assert weight_histogram(pairs, truth).rows() == [
        (-2.0, 0.0, 12, "not known"),
        (-2.0, 0.0, 11, "two persons"),
        (4.0, 6.0, 10, "same person"),
    ]
    assert set(weight_histogram(pairs)["kind"]) == {"not known"}
