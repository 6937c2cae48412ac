"""National IDs: placeholders, tokens, near keys, and what a Korean number says of itself."""

from __future__ import annotations

import polars as pl
import pytest

from hub.identity.standard.numbers import (
    neighbour_keys,
    normalised_numbers,
    number_tokens,
)
from warehouse.vault import IdTokeniser


@pytest.mark.parametrize(
    "word",
    """0000000000|1111111111|1234567|123456789|9876543210|900101-1******|900101-1XXXXXX|XXX-XX-6789|12|NONE|Unknown
    |n/a|없음|900101-1111111|900101-1234567|000000-0000000|078-05-1120|-|A0000000""".split("|"),
)
def test_placeholders_and_masked_numbers_are_no_number(word):
    assert normalised_numbers(pl.Series([word.strip()])).to_list() == [None]


def test_a_number_is_letters_and_digits():
    written = pl.Series(
        ["900101-1068210", "９００１０１１０６８２１０", "9001011068210.0", "ab 12-34 c"]
    )
    assert normalised_numbers(written).to_list() == ["9001011068210"] * 3 + ["AB1234C"]


def test_tokens_are_equal_where_numbers_are(key):
    written = pl.Series(["900101-1068210", "9001011068210", "9001011068211", None, "NONE", "X" * 9])
    tokens = number_tokens(written, key).to_list()
    assert tokens[0] == tokens[1] != tokens[2]
    assert tokens[3:] == [None, None, None]
    assert number_tokens(written, bytes(32)).to_list()[0] != tokens[0]


@pytest.mark.parametrize(
    ("one", "other", "is_near"),
    [
        ("9001011068210", "9001011068210", True),
        ("9001011068210", "9001011068219", True),
        ("9001011068210", "900101106821", True),
        ("9001011068210", "90010110682107", True),
        ("9001011068210", "0901011068210", True),
        ("9001011068210", "9001011068120", True),
        ("9001011068210", "9101011068211", False),
        ("9001011068210", "8003152345671", False),
        ("AB1234C" * 4, "AB1234C" * 3 + "AB1234D", True),
    ],
)
def test_numbers_one_edit_apart_share_a_near_key(one, other, is_near, key):
    left, right = neighbour_keys(pl.Series([one, other]), key).to_list()
    assert bool(set(left) & set(right)) == is_near


def test_near_keys_are_distinct_and_need_the_key(key):
    written = pl.Series(["9001011068210", None, "1111111"])
    keys = neighbour_keys(written, key).to_list()
    assert len(keys[0]) == len(set(keys[0])) == 12  # 14, less one for "00" and one for "11"
    assert keys[1:] == [None, None]
    assert not set(keys[0]) & set(neighbour_keys(written, bytes(32)).to_list()[0])


def test_the_vault_makes_near_keys_from_tokens():
    tokeniser = IdTokeniser(bytes(32))
    ids = pl.Series(["9001011068210", "9001011068219", "8003152345671", None, "9001011068210"])
    tokens = tokeniser.tokens(ids)
    keys = [set(near or ()) for near in tokeniser.neighbour_keys(tokens).to_list()]
    assert keys[0] & keys[1]
    assert not keys[0] & keys[2]
    assert keys[3] == set()
    assert keys[4] == keys[0]
    as_text = tokens.bin.encode("hex").str.replace(
        "^(.{8})(.{4})(.{4})(.{4})(.{12})$", "$1-$2-$3-$4-$5"
    )
    assert [set(near or ()) for near in tokeniser.neighbour_keys(as_text).to_list()] == keys
    with pytest.raises(ValueError, match="another key"):
        IdTokeniser(bytes([1] * 32)).neighbour_keys(tokens)
    assert tokeniser.neighbour_keys(tokens.clear()).to_list() == []
