"""Feeds that go wrong as a whole: only what is asked for, from its day on."""

import datetime as dt

import polars as pl
import pytest

from sources.country.feed_faults import (
    FeedFault,
    FeedFaultKind,
    emptied_column,
    fault_on,
    planted_faults,
    spoil_rows,
)
from sources.registry import load_catalogue

DOCUMENT = load_catalogue().documents["I23-F15-01"]
VERSION = DOCUMENT.versions[-1]
DAY = dt.date(2026, 3, 1)


@pytest.fixture
def rows():
    names = [column.canonical for column in VERSION.columns]
    return pl.DataFrame({name: [f"{name} {row}" for row in range(100)] for name in names})


def test_a_fault_is_read_and_holds_from_its_day_on():
    fault = FeedFault.parse("collapse:I23-F15-01@2026-03-01")
    assert fault == FeedFault("I23-F15-01", FeedFaultKind.COLLAPSE, DAY)
    assert fault_on([fault], "I23-F15-01", DAY) is FeedFaultKind.COLLAPSE
    assert fault_on([fault], "I23-F15-01", DAY - dt.timedelta(days=1)) is None
    assert fault_on([fault], "I23-F15-02", DAY) is None


@pytest.mark.parametrize("text", ["collapse:I23-F15-01", "melt:I23-F15-01@2026-03-01", ""])
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError, match=r"expected|FeedFaultKind"):
        FeedFault.parse(text)


def test_an_eighth_of_a_collapsed_feed_arrives(rows):
    assert spoil_rows(DOCUMENT, VERSION, rows, FeedFaultKind.COLLAPSE).height == 12


def test_of_a_stopped_feed_nothing_arrives(rows):
    assert spoil_rows(DOCUMENT, VERSION, rows, FeedFaultKind.STOP).is_empty()


def test_nulls_jump_in_one_column_that_may_be_empty(rows):
    column = emptied_column(DOCUMENT, VERSION, rows)
    spoilt = spoil_rows(DOCUMENT, VERSION, rows, FeedFaultKind.NULLS)
    required = {each.canonical for each in VERSION.columns if each.required}
    assert column not in required
    assert column != DOCUMENT.amount_column
    assert spoilt[column].null_count() == 70
    assert spoilt.drop(column).equals(rows.drop(column))


def test_the_truth_names_the_feed():
    case = planted_faults([FeedFault("I23-F15-01", FeedFaultKind.STOP, DAY)])
    assert case.select("rule_id", "document_type").row(0) == ("D45", "I23-F15-01")
