"""Clusters drawn by hand, and the limits of a night."""

from __future__ import annotations

import math

import polars as pl
import pytest

from hub.identity.cluster_quality import QualityLimits, cluster_metrics, summarise_clusters
from hub.identity.control_limits import (
    SHAPE_LIMITS,
    ControlLimit,
    check_limits,
    night_figures,
)
from hub.identity.measures import identifier_churn


def graph(text):
    """`ab9 bc3` is an edge of weight 9 between a and b, and one of 3 between b and c."""
    return pl.DataFrame(
        [(edge[0], edge[1], float(edge[2:])) for edge in text.split()],
        schema={"record_l": pl.String, "record_r": pl.String, "match_weight": pl.Float64},
        orient="row",
    )


def clusters(text):
    rows = [(member, cluster) for cluster in text.split() for member in cluster]
    return pl.DataFrame(rows, schema={"member": pl.String, "cluster": pl.String}, orient="row")


def metrics_of(edges, members, **more):
    frame = cluster_metrics(graph(edges), clusters(members), **more)
    return {row.pop("cluster"): row for row in frame.to_dicts()}


def test_two_triangles_on_one_bridge():
    found = metrics_of("ab9 bc8 ca7 cd2 de9 ef8 fd7", "abcdef")["abcdef"]
    assert (found["size"], found["edges"], found["bridges"], found["pieces"]) == (6, 7, 1, 1)
    assert found["density"] == pytest.approx(7 / 15)
    assert found["holding_weight"] == 2


def test_a_weak_edge_beside_a_strong_path_holds_nothing():
    found = metrics_of("ab9 bc8 ca-3", "abc")["abc"]
    assert found["weakest_edge"] == -3
    assert found["holding_weight"] == 8
    assert found["bridges"] == 0


def test_small_clusters():
    found = metrics_of("ab5 ba6 aa9 bc9", "ab c de")
    assert found["ab"]["edges"] == 1
    assert found["ab"]["holding_weight"] == 6
    assert found["c"]["density"] is None
    assert found["c"]["pieces"] == 1
    assert found["de"]["pieces"] == 2
    assert found["de"]["holding_weight"] is None
    assert [found[name]["is_beyond_limits"] for name in ("ab", "c", "de")] == [False, False, True]


def test_pieces_of_a_larger_cluster():
    found = metrics_of("ab5 cd5", "abcde")["abcde"]
    assert found["pieces"] == 3
    assert found["holding_weight"] is None
    assert found["bridges"] == 2


def test_several_supported_numbers_and_size():
    numbers = pl.DataFrame({"member": ["a", "b", "c", "c"], "number": ["N1", "N2", "N3", None]})
    found = metrics_of("ab9 cd9", "ab cd", supported=numbers, limits=QualityLimits(largest_size=1))
    assert (found["ab"]["numbers"], found["cd"]["numbers"]) == (2, 1)
    assert found["cd"]["is_oversized"]


def test_nobody():
    assert cluster_metrics(graph(""), clusters("")).is_empty()
    assert summarise_clusters(cluster_metrics(graph(""), clusters("")))["clusters"].sum() == 0


def test_summary_by_size():
    metrics = cluster_metrics(graph("ab5 cd5 de6 ef7"), clusters("ab cdef g h"))
    table = summarise_clusters(metrics)
    rows = {row["size_band"]: row for row in table.to_dicts()}
    assert [rows[band]["clusters"] for band in ("1", "2", "3-5", "6-10")] == [2, 1, 1, 0]
    assert rows["3-5"]["with_bridges"] == 1
    assert rows["3-5"]["lowest_holding_weight"] == 5


def test_limits_speak_and_fail_closed():
    limits = (
        ControlLimit("moved_share", "share of known members under another person", highest=0.005),
        ControlLimit("linked_share", "share of records linked", lowest=0.9),
        ControlLimit("largest_cluster", "members of the largest cluster", highest=10),
    )
    fine = {"moved_share": 0.005, "linked_share": 0.9, "largest_cluster": 10}
    assert check_limits(fine, limits) == []
    told = check_limits({"moved_share": 0.02, "linked_share": math.nan}, limits)
    assert [breach.sentence for breach in told] == [
        "moved_share (share of known members under another person) is 0.02; at most 0.005 may be.",
        "linked_share (share of records linked) is not known; it has to be measured.",
        "largest_cluster (members of the largest cluster) is not known; it has to be measured.",
    ]
    assert "must reach 0.9" in check_limits(fine | {"linked_share": 0.5}, limits)[0].sentence


def test_figures_of_a_night():
    metrics = cluster_metrics(graph("ab5"), clusters("ab c"))
    first = night_figures(metrics)
    assert check_limits(first, SHAPE_LIMITS) == []
    # A night that should have been compared and was not is stopped.
    assert {breach.figure for breach in check_limits(first)} == {
        "moved_share",
        "ended_share",
        "new_person_share",
    }
    churn = identifier_churn(clusters("a b c"), clusters("ab c"))
    figures = night_figures(metrics, churn)
    assert figures["moved_share"] == pytest.approx(2 / 3)
    assert figures["ended_share"] == pytest.approx(2 / 3)
    assert figures["new_person_share"] == pytest.approx(1 / 2)
    assert night_figures(metrics.clear())["largest_cluster"] is None
