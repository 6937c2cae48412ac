"""Measures on partitions that a person can count."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from hub.identity.group_measures import measures_by_group, person_groups
from hub.identity.measures import (
    b_cubed,
    identifier_churn,
    pairwise_measures,
    person_count_error,
    review_load,
)


def rows(text, *names):
    return pl.DataFrame(
        [line.split() for line in text.split("\n") if line.strip()], names, orient="row"
    )


TRUTH = rows(
    """
    a  ann
    b  ann
    c  ann
    d  bob
    e  bob
    s  ann
    s  bob
    """,
    "member",
    "truth",
)
PREDICTED = rows(
    """
    a  1
    b  1
    d  1
    s  1
    x  2
    """,
    "member",
    "cluster",
)


def test_pairs_of_a_mixed_cluster():
    # True: ab ac bc de. Predicted: ab ad bd. c and e are alone; s is shared; x is unknown.
    measures = pairwise_measures(PREDICTED, TRUTH)
    assert (measures.true_pairs, measures.predicted_pairs, measures.shared_pairs) == (4, 3, 1)
    assert measures.precision == pytest.approx(1 / 3)
    assert measures.recall == pytest.approx(1 / 4)
    assert measures.f1 == pytest.approx(2 / 7)
    assert measures.members == 5
    assert measures.members_with_several_truths == 1
    assert measures.members_without_truth == 1


def test_b_cubed_of_the_same():
    # Precision: a 2/3, b 2/3, c 1, d 1/3, e 1. Recall: a 2/3, b 2/3, c 1/3, d 1/2, e 1/2.
    measures = b_cubed(PREDICTED, TRUTH)
    assert measures.precision == pytest.approx((2 / 3 + 2 / 3 + 1 + 1 / 3 + 1) / 5)
    assert measures.recall == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1 / 2 + 1 / 2) / 5)


def test_persons_are_counted_with_those_alone():
    count = person_count_error(PREDICTED, TRUTH)
    assert (count.true_persons, count.predicted_persons, count.error) == (2, 3, 1)
    assert count.error_share == pytest.approx(0.5)


def test_a_wrong_pair_weighs_on_both_groups():
    groups = rows("a old\nb old\nc old\nd young\ne young", "member", "age")
    found = {row["group"]: row for row in measures_by_group(PREDICTED, TRUTH, groups).to_dicts()}
    assert found["old"]["predicted_pairs"] == 3  # ab, and ad and bd with one old member
    assert found["young"]["predicted_pairs"] == 2
    assert found["old"]["shared_pairs"] == 1
    assert found["young"]["precision"] == 0


def test_nothing_to_measure_is_none():
    nobody = PREDICTED.clear()
    assert pairwise_measures(nobody, TRUTH).precision is None
    assert pairwise_measures(nobody, TRUTH.clear()).f1 is None
    assert review_load(3, 0) is None
    assert review_load(3, 20_000) == pytest.approx(1.5)


def test_a_member_in_two_clusters_is_an_error_that_tells_no_member():
    with pytest.raises(ValueError, match="'member' repeats") as caught:
        pairwise_measures(rows("secret 1\nsecret 2", "member", "cluster"), TRUTH)
    assert "secret" not in str(caught.value)
    with pytest.raises(ValueError, match="'cluster' is absent"):
        pairwise_measures(TRUTH, TRUTH)


def test_identifier_churn():
    before = rows("a P1\nb P1\nc P2\nd P3", "member", "cluster")
    after = rows("a P1\nb P4\nc P2\ne P5", "member", "cluster")
    churn = identifier_churn(before, after)
    assert (churn.members_kept, churn.members_moved) == (2, 1)
    assert (churn.members_new, churn.members_gone) == (1, 1)
    assert (churn.identifiers_created, churn.identifiers_ended) == (2, 1)
    assert churn.moved_share == pytest.approx(1 / 3)


def test_groups_of_people():
    people = pl.DataFrame(
        {
            "record_id": ["a", "b", "c", "d"],
            "birth_digits": ["20080331", "20080401", "19450231", None],
            "sex": ["male", None, "female", "female"],
            "is_foreign": [True, False, None, False],
        }
    )
    found = person_groups(people, dt.date(2026, 3, 31))
    assert found.to_dict(as_series=False) == {
        "member": ["a", "b", "c", "d"],
        "age_band": ["18-34", "0-17", "80+", "unknown"],
        "sex": ["male", "unknown", "female", "female"],
        "nationality": ["foreign", "national", "unknown", "national"],
    }
    dated = people.with_columns(birth_date=pl.date(2008, 3, 31)).select("record_id", "birth_date")
    assert set(person_groups(dated, dt.date(2026, 3, 30))["age_band"]) == {"0-17"}
