"""What a new model changes, on partitions that a person can compare."""

from __future__ import annotations

import polars as pl
import pytest

from hub.identity.partition_diff import (
    DiffLimits,
    accept_model,
    diff_partitions,
    limit_breaches,
    within_limits,
)

WIDE = DiffLimits(merged_share=1, split_share=1, moved_share=1)


def partition(text):
    """`ab c` is two clusters, the first with members a and b, named after their members."""
    rows = [(member, cluster) for cluster in text.split() for member in cluster]
    return pl.DataFrame(rows, schema=["member", "cluster"], orient="row")


def summary(diff):
    return {row["kind"]: tuple(row.values())[1:] for row in diff.summary.to_dicts()}


#        kept | merged   | split  | moved: f leaves one person for another | gone, new
BEFORE = "ab    cd e       pqr      fgh ij                                   x"
AFTER = "ab     cde         p qr     gh fij                                   y"
MONEY = pl.DataFrame({"member": ["a", "c", "e", "f", "f"], "weight": [900, 100, 50, 7, 3]})


def test_kinds_of_change():
    diff = diff_partitions(partition(BEFORE), partition(AFTER), MONEY)
    assert summary(diff) == {
        "kept": (1, 1, 2, 900),
        "merged": (2, 1, 3, 150),
        "split": (1, 2, 3, 0),
        "moved": (2, 2, 5, 10),
    }
    assert (diff.members_new, diff.members_gone) == (1, 1)


def test_the_heaviest_change_comes_first_and_then_the_largest():
    diff = diff_partitions(partition(BEFORE), partition(AFTER), MONEY)
    assert diff.largest.select("kind", "clusters_before", "clusters_after").rows() == [
        ("merged", ["cd", "e"], ["cde"]),
        ("moved", ["fgh", "ij"], ["fij", "gh"]),
        ("split", ["pqr"], ["p", "qr"]),
    ]
    told = diff.text_table()
    assert "merged: 2 -> 1 clusters, 3 members, weight 150: cd, e -> cde" in told
    assert diff.fingerprint in told
    assert diff_partitions(partition(BEFORE), partition(AFTER), MONEY, listed=1).largest.height == 1


def test_a_long_list_of_clusters_is_cut_but_counted():
    many = "".join(chr(ord("a") + place) for place in range(12))
    diff = diff_partitions(partition(" ".join(many)), partition(many))
    assert diff.largest["before_count"].to_list() == [12]
    assert "and 2 more -> abcdefghijkl" in diff.text_table()


def test_other_names_for_the_same_clusters_change_nothing():
    before = partition("ab c")
    after = before.with_columns(pl.col("cluster") + "-new")
    diff = diff_partitions(before, after)
    assert summary(diff)["kept"] == (2, 2, 3, 0)
    assert diff.largest.is_empty()
    assert within_limits(diff, DiffLimits())


def test_limits_are_told_in_sentences():
    diff = diff_partitions(partition(BEFORE), partition(AFTER), MONEY)
    told = limit_breaches(diff, DiffLimits(1, 0.1, 1, changed_weight=100))
    assert told == [
        "split: 3 members, 23.077% of those compared; at most 10.000% may be.",
        "The changed members weigh 160; at most 100 may change.",
    ]
    assert within_limits(diff, WIDE)


def test_nothing_in_common_is_never_within_limits():
    assert not within_limits(diff_partitions(partition("a"), partition("b")), WIDE)


def test_a_model_needs_limits_and_a_person_who_saw_this_very_diff():
    diff = diff_partitions(partition(BEFORE), partition(AFTER), MONEY)
    other = diff_partitions(partition(BEFORE), partition(BEFORE))
    seen = {"seen_by": "reviewer", "seen_fingerprint": diff.fingerprint}
    assert accept_model(diff, WIDE, **seen).is_accepted
    assert not accept_model(diff, DiffLimits(), **seen).is_accepted
    for missing in (
        seen | {"seen_by": " "},
        seen | {"seen_fingerprint": None},
        seen | {"seen_fingerprint": other.fingerprint},
    ):
        assert len(accept_model(diff, WIDE, **missing).reasons) == 1


def test_weights_need_their_columns():
    with pytest.raises(ValueError, match="'weight' is absent"):
        diff_partitions(partition("a"), partition("a"), pl.DataFrame({"member": ["a"]}))
