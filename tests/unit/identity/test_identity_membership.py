"""Who was whom on a day, as believed on a day."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from hub.identity.membership import advance_membership, membership_as_of, no_history

FIRST = dt.date(2026, 4, 1)


def day(number):
    return FIRST + dt.timedelta(days=number - 1)


def members(text):
    """Members of a night, written as `1:A 2:B 3:` (3 belongs to nobody)."""
    rows = [(int(one), who or None) for one, who in (each.split(":") for each in text.split())]
    return pl.DataFrame(rows, schema={"member": pl.UInt64, "identifier": pl.String}, orient="row")


def wrong(*rows):
    """Corrected members, each as (member, day from which the belief was wrong or None)."""
    schema = {"member": pl.UInt64, "valid_from": pl.Date}
    return pl.DataFrame(list(rows), schema=schema, orient="row")


def lines(history):
    """Rows as `member identifier valid-valid recorded-recorded`, days counted from 1."""

    def number(date):
        return "" if date is None else str((date - FIRST).days + 1)

    return [
        f"{row[0]} {row[1]} {number(row[2])}-{number(row[3])} {number(row[4])}-{number(row[5])}"
        for row in history.sort("member", "recorded_from", "valid_from").rows()
    ]  # fmt: skip


def on(history, valid, known=None):
    found = membership_as_of(history, day(valid), None if known is None else day(known))
    return " ".join(f"{member}:{who}" for member, who in found.rows())


@pytest.fixture
def first():
    history, _ = advance_membership(no_history(), members("1:A 2:A 3:B"), day(1))
    return history


def test_a_change_closes_what_was_believed_and_adds_what_is(first):
    history, changes = advance_membership(first, members("1:A 2:B 3:B"), day(5))
    assert lines(history) == ["1 A 1- 1-", "2 A 1- 1-5", "2 A 1-5 5-", "2 B 5- 5-", "3 B 1- 1-"]
    assert changes.select("action", "member", "identifier").rows() == [
        ("closed", 2, "A"),
        ("added", 2, "A"),
        ("added", 2, "B"),
    ]
    assert on(history, 4) == "1:A 2:A 3:B"
    assert on(history, 5) == "1:A 2:B 3:B"
    assert on(history, 9, known=4) == "1:A 2:A 3:B"


def test_a_correction_rewrites_the_days_but_not_what_we_knew(first):
    history, _ = advance_membership(
        first, members("1:A 2:B 3:B"), day(5), corrected=wrong((2, None))
    )
    assert lines(history)[1:3] == ["2 A 1- 1-5", "2 B 1- 5-"]
    assert on(history, 2) == "1:A 2:B 3:B"
    assert on(history, 2, known=4) == "1:A 2:A 3:B"


def test_a_correction_from_a_day_on_reaches_back_over_older_changes(first):
    moved, _ = advance_membership(first, members("1:A 2:B 3:B"), day(5))
    history, _ = advance_membership(
        moved, members("1:A 2:C 3:B"), day(9), corrected=wrong((2, day(3)))
    )
    assert [on(history, each).split()[1] for each in (2, 3, 5, 9)] == ["2:A", "2:C", "2:C", "2:C"]
    assert [on(history, each, known=8).split()[1] for each in (2, 4, 5)] == ["2:A", "2:A", "2:B"]


def test_a_member_who_goes_and_comes_back_leaves_a_gap(first):
    gone, _ = advance_membership(first, members("1:A 3:B"), day(3))
    history, _ = advance_membership(gone, members("1:A 2:A 3:B"), day(6))
    assert [on(history, each) for each in (2, 4, 6)] == ["1:A 2:A 3:B", "1:A 3:B", "1:A 2:A 3:B"]


def test_part_of_a_night_leaves_the_others_as_they_are(first):
    history, _ = advance_membership(first, members("2:B 3:"), day(5), is_complete=False)
    assert on(history, 5) == "1:A 2:B"


def test_a_night_repeated_with_another_outcome_counts_as_its_last(first):
    once, _ = advance_membership(first, members("1:B 2:A 3:B"), day(5))
    history, _ = advance_membership(once, members("1:A 2:A 3:B"), day(5))
    assert on(history, 5) == on(history, 5, known=5) == "1:A 2:A 3:B"
    assert on(history, 4, known=9) == "1:A 2:A 3:B"


def test_what_cannot_be_is_refused(first):
    with pytest.raises(ValueError, match="comes twice"):
        advance_membership(first, members("1:A 1:B"), day(2))
    later, _ = advance_membership(first, members("1:A 2:A"), day(5))
    with pytest.raises(ValueError, match="knows the night 2026-04-05"):
        advance_membership(later, members("1:A"), day(4))
