"""What holds for every record that is standardised."""

from __future__ import annotations

import polars as pl
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hub.identity.standard import DESCRIPTION_COLUMNS, standardise_records
from hub.identity.standard.numbers import neighbour_keys, normalised_numbers, number_tokens
from hub.identity.standard.records import WRITTEN_COLUMNS

KEY = bytes(range(32))
LATIN = st.text("bcdfgklmnprstzBCDFGKLMNPRSTZaeiouáéüñøł", min_size=4, max_size=9)
HANGUL = st.text("가나다라마바사아자차카타파하민수철영희", min_size=3, max_size=3)
CYRILLIC = st.text("бвгджзклмнпрстАЕИОУаеиоуё", min_size=4, max_size=9)
ANYTHING = st.text(max_size=20) | st.none()
NAME_KEYS = ["family_key", "given_key", "middle_key", "nickname_key", "name_key", "roman_key"]
quick = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])


def described(**columns):
    count = len(next(iter(columns.values())))
    return standardise_records(pl.DataFrame({"record_id": list(range(count))} | columns), KEY)


def wide(text):
    return "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in text)


@quick
@given(st.lists(st.tuples(*[ANYTHING] * 9), min_size=1, max_size=12))
@example([("\u0130", "\u1e9e", "ﷺ", "\ud7a4", "0" * 30, "\x00", "+", "@", "\u0660")])
@example([("", "가", None, "Ͱ", None, "", None, "%\U001049ea", None)])
def test_any_text_gives_one_description_a_row_in_order(rows):
    names = [*WRITTEN_COLUMNS, "birth_date", "sex", "address", "phone", "email"]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    records = frame.with_columns(record_id=pl.int_range(pl.len()).reverse(), national_id="phone")
    found = standardise_records(records, KEY)
    assert tuple(found.columns) == DESCRIPTION_COLUMNS
    assert found["record_id"].to_list() == records["record_id"].to_list()
    for letters in ("name_letters", "family_letters", "given_letters"):
        assert found[letters].drop_nulls().str.contains(r"^[\x21-\x7E ]+$").all()
    assert found["birth_digits"].drop_nulls().str.contains(r"^[0-9]{8}$").all()
    assert found["sex"].drop_nulls().is_in(["male", "female"]).all()


@quick
@given(st.lists(st.tuples(LATIN | CYRILLIC, LATIN | CYRILLIC), min_size=1, max_size=8))
def test_keys_standardise_to_themselves(names):
    once = described(given_name=[one for one, _ in names], family_name=[two for _, two in names])
    again = described(given_name=once["given_key"], family_name=once["family_key"])
    columns = ["family_key", "given_key", "middle_key", "nickname_key"]
    assert again.select(columns).equals(once.select(columns))


@quick
@given(st.lists(st.tuples(LATIN | CYRILLIC, LATIN | CYRILLIC) | HANGUL, min_size=1, max_size=8))
def test_case_width_and_spaces_do_not_change_keys(names):
    plain = [name if isinstance(name, str) else " ".join(name) for name in names]
    expected = described(full_name=plain).select(NAME_KEYS)
    for change in (str.upper, wide, lambda name: f"  {name.replace(' ', '   ')} "):
        assert (
            described(full_name=[change(name) for name in plain]).select(NAME_KEYS).equals(expected)
        )


@quick
@given(
    st.text("0123456789", min_size=8, max_size=15),
    st.integers(0, 14),
    st.sampled_from(["substitute", "insert", "delete", "swap"]),
    st.sampled_from("0123456789"),
)
def test_every_edit_shares_a_near_key(number, place, edit, digit):
    place %= len(number) - 1
    other = {
        "substitute": number[:place] + digit + number[place + 1 :],
        "insert": number[:place] + digit + number[place:],
        "delete": number[:place] + number[place + 1 :],
        "swap": number[:place] + number[place + 1] + number[place] + number[place + 2 :],
    }[edit]
    pair = pl.Series([number, other])
    if normalised_numbers(pair).null_count():
        return
    left, right = neighbour_keys(pair, KEY).to_list()
    assert set(left) & set(right)


@quick
@given(
    st.lists(st.text("0123456789", min_size=8, max_size=15), min_size=1, max_size=5),
    st.binary(min_size=32, max_size=32),
)
def test_tokens_and_near_keys_show_nothing_without_the_key(numbers, key):
    series = pl.Series(numbers)
    tokens = number_tokens(series, key)
    assert not any(
        number in token.replace("-", "")
        for number, token in zip(numbers, tokens, strict=True)
        if token
    )
    if key != KEY:
        here = set(neighbour_keys(series, key).explode().drop_nulls())
        there = set(neighbour_keys(series, KEY).explode().drop_nulls())
        assert not here & there
