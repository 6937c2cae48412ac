"""What holds for the history of memberships whatever the nights were."""

from __future__ import annotations

import datetime as dt

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from hub.identity.membership import advance_membership, membership_as_of, no_history

FIRST = dt.date(2026, 4, 1)
NIGHT = st.dictionaries(st.integers(0, 6), st.sampled_from("ABC"), max_size=7)
NIGHTS = st.lists(st.tuples(NIGHT, st.sets(st.integers(0, 6))), min_size=1, max_size=6)


def frame(night):
    schema = {"member": pl.UInt64, "identifier": pl.String}
    return pl.DataFrame(sorted(night.items()), schema=schema, orient="row")


def play(nights):
    """Yield each night's day, members and the history after it; sets name corrected members."""
    history = no_history()
    for number, (night, corrected) in enumerate(nights):
        today = FIRST + dt.timedelta(days=number)
        wrong = pl.DataFrame({"member": sorted(corrected)}, schema={"member": pl.UInt64})
        history, _ = advance_membership(history, frame(night), today, corrected=wrong)
        yield today, frame(night), history


@given(NIGHTS)
def test_every_earlier_night_can_be_asked_for_what_it_believed(nights):
    played = list(play(nights))
    history = played[-1][2]
    for today, members, _ in played:
        assert membership_as_of(history, today, today).equals(members)


@given(NIGHTS)
def test_believed_rows_of_a_member_never_overlap(nights):
    far = dt.date(9999, 1, 1)
    for _, _, history in play(nights):
        believed = history.filter(pl.col("recorded_to").is_null()).sort("member", "valid_from")
        end = pl.col("valid_to").fill_null(far)
        assert believed.filter(pl.col("valid_from") >= end).is_empty()
        assert believed.filter(
            pl.col("valid_from") < end.shift(1).over("member", order_by="valid_from")
        ).is_empty()


@given(NIGHTS)
def test_a_repeated_night_changes_nothing_and_rows_only_close(nights):
    before = no_history()
    for today, members, history in play(nights):
        again, changes = advance_membership(history, members, today)
        assert changes.is_empty()
        assert again.equals(history)
        facts = ["member", "identifier", "valid_from", "valid_to", "recorded_from"]
        assert before.join(history, on=facts, how="anti", nulls_equal=True).is_empty()
        before = history


@given(NIGHTS, NIGHT)
def test_telling_only_the_changes_is_telling_the_night(nights, last):
    *_, (today, members, history) = play(nights)
    tomorrow = today + dt.timedelta(days=1)
    whole, _ = advance_membership(history, frame(last), tomorrow)
    both = frame(last).join(members, on="member", how="full", coalesce=True, suffix="_before")
    changed = both.filter(~pl.col("identifier").eq_missing(pl.col("identifier_before")))
    part, _ = advance_membership(
        history, changed.select("member", "identifier"), tomorrow, is_complete=False
    )
    assert part.sort(part.columns).equals(whole.sort(whole.columns))
