"""Recall and precision of a rule, on flagged subjects and planted cases that a person can count."""

import polars as pl

from pipelines.benchmarks.findings_truth import score

FLAGGED = pl.DataFrame(
    [
        ("D01", "P1", "person 1"),
        ("D01", "P1", "person 10"),  # one ID of the hub for two people
        ("D01", "P9", "person 9"),  # nobody planted
        ("D40", "P3", "person 3"),  # the other person of a case
        ("D24", "account", "person 5"),
        ("D24", "account", "person 6"),
        ("D45", "I01-F01-01", "feed I01-F01-01"),
    ],
    schema=["rule_id", "subject", "key"],
    orient="row",
)
CASES = pl.DataFrame(
    [
        ("D01", 0, "person 1", True, True),
        ("D01", 1, "person 2", True, True),  # missed
        ("D40", 2, "person 4", True, True),
        ("D40", 2, "person 3", True, True),
        ("D24", 3, "person 5", True, True),
        ("D24", 4, "person 6", True, True),
        ("D38", 5, "person 7", True, False),  # right when found, no fault when not
        ("D45", 6, "feed I01-F01-01", True, True),
    ],
    schema=["rule_id", "case", "key", "is_named", "must_be_found"],
    orient="row",
)


def test_missed_cases_cost_recall_and_strangers_precision():
    assert score(FLAGGED, CASES, "D01") == {
        "planted": 2, "flagged": 2, "found": 1, "recall": 0.5, "precision": 0.5,
    }  # fmt: skip


def test_a_pair_is_found_when_either_of_the_two_is_flagged():
    assert score(FLAGGED, CASES, "D40")["recall"] == 1.0
    assert score(FLAGGED, CASES, "D40")["precision"] == 1.0


def test_an_account_finds_everybody_whose_payments_it_shows():
    told = score(FLAGGED, CASES, "D24")
    assert (told["planted"], told["flagged"], told["found"]) == (2, 1, 2)


def test_feeds_are_named_by_their_type():
    assert score(FLAGGED, CASES, "D45")["found"] == 1


def test_what_need_not_be_found_is_not_missed():
    assert score(FLAGGED, CASES, "D38") == {
        "planted": 0, "flagged": 0, "found": 0, "recall": None, "precision": None,
    }  # fmt: skip
