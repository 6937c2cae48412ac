"""What decisions demand together, and which of them contradict one another."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.identity.components import connected_components
from hub.identity.decisions import constraints


def decided(*lines):
    """Decisions d1, d2 … in order, written as `a=b`, `a!b` (cannot), `a/b` (unmerge), `a@P1`."""
    kinds = {"=": "must_link", "!": "cannot_link", "/": "unmerge", "@": "pin"}
    rows = [
        (f"d{number}", kinds[mark], left or None, right)
        for number, line in enumerate(lines, 1)
        for mark in kinds
        if mark in line
        for left, right in [line.split(mark)]
    ]
    schema = dict.fromkeys(("decision_id", "kind", "left", "right"), pl.String)
    return pl.DataFrame(rows, schema=schema, orient="row")


def pairs(frame):
    return ["".join(row) for row in frame.select("left", "right").rows()]


def members(text):
    rows = [each.split(":") for each in text.split()]
    return pl.DataFrame(rows, schema={"member": pl.String, "identifier": pl.String}, orient="row")


def test_pairs_and_pins_are_read_and_an_unmerge_keeps_apart():
    found = constraints(decided("b=a", "c!d", "f/e", "@P1", "g@P2", "a=b"))
    assert pairs(found.must_links) == ["ab"]
    assert pairs(found.cannot_links) == ["cd", "ef"]
    assert found.pinned == {"P1", "P2"}
    assert found.pins.rows() == [("P1", None, "d4"), ("P2", "g", "d5")]
    assert found.contradictions.is_empty()


def test_only_active_decisions_count_and_none_are_fine():
    some = decided("a=b", "c!d").with_columns(is_active=pl.Series([False, True]))
    found = constraints(some)
    assert (pairs(found.must_links), pairs(found.cannot_links)) == ([], ["cd"])
    nothing = constraints(decided())
    assert nothing.must_links.is_empty()
    assert nothing.pinned == frozenset()


@pytest.mark.parametrize(
    ("lines", "kept", "given_way"),
    [
        (["a=b", "b=c", "a!c"], ["ab"], ("bc", "d2", ["d1", "d2", "d3"])),
        (["a!c", "a=b", "b=c"], ["ab"], ("bc", "d3", ["d1", "d2", "d3"])),
        (["a=b", "b=c", "c=d", "a/d"], ["ab", "bc"], ("cd", "d3", ["d1", "d2", "d3", "d4"])),
        (["a=b", "x=y", "a!b"], ["xy"], ("ab", "d1", ["d1", "d3"])),
    ],
)
def test_keeping_apart_goes_first_and_the_newest_must_link_gives_way(lines, kept, given_way):
    found = constraints(decided(*lines))
    assert pairs(found.must_links) == kept
    assert pairs(found.cannot_links)
    pair, decision_id, involved = given_way
    assert found.contradictions.rows() == [
        ("must_link_gives_way", *pair, decision_id, involved)
    ]  # fmt: skip


def test_a_member_of_two_pins_and_a_must_link_of_two_pins_are_told():
    found = constraints(decided("a@P1", "a@P2", "b@P3", "c@P4", "b=x", "x=c"))
    assert found.contradictions.rows() == [
        ("must_link_of_two_pins", "b", "c", "d4", ["d3", "d4", "d5", "d6"]),
        ("two_pins_of_one_member", "a", "P2", "d2", ["d1", "d2"]),
    ]


LETTER = st.sampled_from("abcdef")
LINES = st.lists(st.tuples(LETTER, st.sampled_from("=!/"), LETTER).map("".join), max_size=14)


@given(LINES)
def test_what_is_left_contradicts_nothing_and_no_must_link_gives_way_for_nothing(lines):
    some = decided(*lines)
    found = constraints(some)

    def torn(must):
        component = dict(connected_components(must.select("left", "right")).rows())
        return any(
            component.get(left, left) == component.get(right, right)
            for left, right in found.cannot_links.select("left", "right").rows()
        )

    assert not torn(found.must_links)
    for _, left, right, _, _ in found.contradictions.rows():
        again = pl.DataFrame({"left": [left], "right": [right]})
        assert torn(pl.concat([found.must_links.select("left", "right"), again]))
