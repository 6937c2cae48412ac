"""Deltas, pseudonyms and fixed-width text: tables in, tables out."""

from __future__ import annotations

import datetime as dt
import hashlib

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.extracts.deltas import DeltaError, apply_delta, delta_of, row_hashes
from hub.extracts.fixed_width import FixedWidthError, fixed_width_lines, layout_csv
from hub.extracts.pseudonyms import digests_of, pseudonyms

SCHEMA = {"who": pl.String, "programme": pl.String, "amount": pl.Int64, "since": pl.Date}
KEY = ("who", "programme")


def table(*rows):
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


DAY = dt.date(2026, 3, 1)
BEFORE = table(("a", "P001", 10, DAY), ("b", "P001", None, DAY), ("c", "P002", 5, None))
AFTER = table(("a", "P001", 10, DAY), ("b", "P001", 7, DAY), ("d", "P002", 5, None))


def test_a_delta_says_what_came_changed_and_went():
    delta = delta_of(BEFORE, AFTER, KEY)
    assert delta.select("op", "who", "amount").rows() == [
        ("U", "b", 7),
        ("D", "c", None),
        ("I", "d", 5),
    ]
    assert apply_delta(BEFORE, delta, KEY).equals(AFTER)


def test_a_hash_is_what_the_documentation_says():
    row = table(("a", "P001", 10, DAY))
    text = "a\x1fP001\x1f10\x1f2026-03-01"
    assert row_hashes(row).to_list() == [hashlib.sha256(text.encode()).hexdigest()[:32]]


@pytest.mark.parametrize(
    "other",
    [
        AFTER,  # applied twice
        BEFORE.head(2),  # a row that is deleted is not there
        table(("a", "P001", 10, DAY), ("b", "P001", 1, DAY), ("c", "P002", 5, None)),
        pl.concat([BEFORE, table(("d", "P002", 1, None))]),  # a row that is inserted is there
    ],
)
def test_a_delta_fits_its_base_only(other):
    with pytest.raises(DeltaError, match="another table"):
        apply_delta(other, delta_of(BEFORE, AFTER, KEY), KEY)


def test_a_row_that_was_altered_on_the_way_is_refused():
    delta = delta_of(BEFORE, AFTER, KEY).with_columns(amount=pl.col("amount") + 1)
    with pytest.raises(DeltaError, match="hash"):
        apply_delta(BEFORE, delta, KEY)


ROWS = st.dictionaries(
    st.tuples(st.sampled_from("abcdef"), st.sampled_from(["P001", "P002"])),
    st.tuples(st.none() | st.integers(-5, 5), st.none() | st.just(DAY)),
    max_size=8,
)


@given(ROWS, ROWS)
def test_a_delta_leads_from_any_state_to_any_other(one, two):
    before, after = (
        table(*((*key, *rest) for key, rest in each.items())).sort(KEY) for each in (one, two)
    )
    delta = delta_of(before, after, KEY)
    assert apply_delta(before, delta, KEY).equals(after)
    assert delta.is_empty() == (one == two)


def digests(*names):
    made = [None if name is None else hashlib.md5(name.encode()).digest() for name in names]  # noqa: S324
    return pl.Series("person_digest", made, dtype=pl.Binary)


def test_a_pseudonym_is_stable_secret_and_reversible_by_its_key_only():
    one, two = bytes(range(32)), bytes(32)
    people = digests("kim", None, "lee", "kim")
    made = pseudonyms(people, one)
    assert made[0] == made[3] != made[2]
    assert made[1] is None
    assert all(len(name) == 32 for name in made.drop_nulls())
    assert set(pseudonyms(people, two).drop_nulls()).isdisjoint(made.drop_nulls())
    assert digests_of(made, one).equals(people)
    assert not digests_of(made, two).equals(people)


@pytest.mark.parametrize(
    ("people", "key"), [(digests("kim"), b"short"), (pl.Series([b"x"]), bytes(32))]
)
def test_keys_and_digests_have_their_length(people, key):
    with pytest.raises(ValueError, match="bytes"):
        pseudonyms(people, key)


WIDTHS = {"who": 6, "programme": 4, "amount": 8, "since": 10}


def test_fixed_width_lines_are_as_the_layout_says():
    frame = table(("김a", "P001", -12, DAY), (None, "P002", None, None))
    lines = fixed_width_lines(frame, WIDTHS).splitlines(keepends=True)
    assert {len(line) for line in lines} == {sum(WIDTHS.values()) + 1}
    layout = [row.split(",") for row in layout_csv(frame, WIDTHS).splitlines()[1:]]
    cut = [
        {
            name: line[int(at) - 1 : int(at) - 1 + int(size)].decode("cp949").strip()
            for at, size, name, *_ in layout
        }
        for line in lines
    ]
    assert cut == [
        {"who": "김a", "programme": "P001", "amount": "-12", "since": "2026-03-01"},
        {"who": "", "programme": "P002", "amount": "", "since": ""},
    ]


@pytest.mark.parametrize("text", ["seven77", "김김김김", "a\nb", "ก"])
def test_what_does_not_fit_a_line_is_refused_without_showing_it(text):
    with pytest.raises(FixedWidthError, match="column who") as refusal:
        fixed_width_lines(table((text, "P001", 1, DAY)), WIDTHS)
    assert text not in str(refusal.value)
