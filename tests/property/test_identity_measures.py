"""The counted measures are those of looking at every pair of members."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.identity.group_measures import measures_by_group
from hub.identity.measures import (
    b_cubed,
    identifier_churn,
    pairwise_measures,
    person_count_error,
)

CLUSTERS = st.dictionaries(st.integers(0, 12), st.none() | st.integers(0, 4), max_size=13)
TRUTHS = st.dictionaries(
    st.integers(0, 12), st.lists(st.none() | st.integers(0, 4), max_size=2), max_size=13
)
GROUPS = st.dictionaries(st.integers(0, 12), st.sampled_from("ab") | st.none(), max_size=13)


def partition(rows, name="cluster"):
    schema = {"member": pl.Int64, name: pl.Int64}
    return pl.DataFrame(sorted(rows, key=str), schema=schema, orient="row")


def truth_frame(truths):
    return partition([(member, each) for member, held in truths.items() for each in held], "truth")


def counted(clusters, truths):
    """Return member -> (cluster, truth) of those that count; who is alone has its own cluster."""
    one = {member: set(held) - {None} for member, held in truths.items()}
    return {
        member: (
            ("alone", member) if clusters.get(member) is None else clusters[member],
            next(iter(held)),
        )
        for member, held in one.items()
        if len(held) == 1
    }


@given(CLUSTERS, TRUTHS)
def test_pairs_are_those_of_brute_force(clusters, truths):
    members = counted(clusters, truths)
    pairs = [
        (members[left][0] == members[right][0], members[left][1] == members[right][1])
        for left, right in combinations(members, 2)
    ]
    found = pairwise_measures(partition(clusters.items()), truth_frame(truths))
    assert found.members == len(members)
    assert found.predicted_pairs == sum(predicted for predicted, _ in pairs)
    assert found.true_pairs == sum(true for _, true in pairs)
    assert found.shared_pairs == sum(predicted and true for predicted, true in pairs)
    assert found.members_with_several_truths == sum(
        len(set(held) - {None}) == 2 for held in truths.values()
    )
    assert found.members_without_truth == sum(
        not set(truths.get(member, ())) - {None} for member in clusters
    )


@given(CLUSTERS, TRUTHS)
def test_b_cubed_is_the_mean_over_members(clusters, truths):
    members = counted(clusters, truths)
    found = b_cubed(partition(clusters.items()), truth_frame(truths))
    if not members:
        assert found.precision is None
        assert found.f1 is None
        return
    shares = {0: Fraction(0), 1: Fraction(0)}
    for own in members.values():
        shared = sum(own == other for other in members.values())
        for side in shares:
            whole = sum(own[side] == other[side] for other in members.values())
            shares[side] += Fraction(shared, whole)
    assert found.precision == pytest.approx(float(shares[0] / len(members)))
    assert found.recall == pytest.approx(float(shares[1] / len(members)))


@given(CLUSTERS, TRUTHS, GROUPS)
def test_a_group_counts_the_pairs_that_touch_it(clusters, truths, groups):
    members = counted(clusters, truths)
    frame = pl.DataFrame(
        list(groups.items()), schema={"member": pl.Int64, "letter": pl.String}, orient="row"
    )
    found = measures_by_group(partition(clusters.items()), truth_frame(truths), frame)
    assert set(found["group"]) == {groups.get(member) for member in members} - {None}
    for row in found.iter_rows(named=True):
        touching = [
            (members[left][0] == members[right][0], members[left][1] == members[right][1])
            for left, right in combinations(members, 2)
            if row["group"] in (groups.get(left), groups.get(right))
        ]
        assert row["members"] == sum(groups.get(member) == row["group"] for member in members)
        assert row["predicted_pairs"] == sum(predicted for predicted, _ in touching)
        assert row["true_pairs"] == sum(true for _, true in touching)
        assert row["shared_pairs"] == sum(predicted and true for predicted, true in touching)


@given(TRUTHS)
def test_the_truth_itself_is_perfect(truths):
    single = {member: truth for member, (_, truth) in counted({}, truths).items()}
    right, truth = partition(single.items()), truth_frame(truths)
    assert pairwise_measures(right, truth).f1 in (1.0, None)
    assert b_cubed(right, truth).f1 in (1.0, None)
    assert person_count_error(right, truth).error == 0


@given(CLUSTERS, CLUSTERS)
def test_churn_adds_up(before, after):
    churn = identifier_churn(partition(before.items()), partition(after.items()))
    old = {member: name for member, name in before.items() if name is not None}
    new = {member: name for member, name in after.items() if name is not None}
    assert churn.members_moved == sum(old[each] != new[each] for each in old.keys() & new.keys())
    assert churn.members_kept == sum(old[each] == new[each] for each in old.keys() & new.keys())
    assert churn.members_new == len(new.keys() - old.keys())
    assert churn.members_gone == len(old.keys() - new.keys())
    assert churn.identifiers_created == len(set(new.values()) - set(old.values()))
    assert churn.identifiers_ended == len(set(old.values()) - set(new.values()))
    assert churn.identifiers_kept == len(set(old.values()) & set(new.values()))
