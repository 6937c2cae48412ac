"""Tokens: there, back with the key, and from one key to another."""

import polars as pl
import pytest

from warehouse.vault import IdTokeniser

OLD = IdTokeniser(bytes(32), 1)
NEW = IdTokeniser(bytes(32), 2)
IDS = pl.Series("national_id", ["9001011234567", None, "8505052345678", "9001011234567"])


def test_there_and_back_keeps_order_gaps_and_name():
    tokens = OLD.tokens(IDS)
    assert tokens.dtype == pl.Binary
    assert tokens.is_null().to_list() == [False, True, False, False]
    assert tokens[0] == tokens[3] != tokens[2]
    assert OLD.ids(tokens).equals(IDS)
    assert OLD.ids(tokens).name == "national_id"


@pytest.mark.parametrize("empty", [pl.Series("x", [], pl.String), pl.Series("x", [None, None])])
def test_nothing_stays_nothing(empty):
    tokens = OLD.tokens(empty)
    assert tokens.dtype == pl.Binary
    assert tokens.to_list() == empty.to_list()
    assert OLD.ids(tokens).to_list() == empty.to_list()
    assert OLD.rotated(tokens, NEW).to_list() == empty.to_list()


def test_rotated_tokens_are_those_of_the_new_key():
    assert OLD.rotated(OLD.tokens(IDS), NEW).equals(NEW.tokens(IDS))


@pytest.mark.parametrize("other", [NEW, IdTokeniser(bytes(31) + b"1", 1)])
def test_a_token_of_another_key_is_useless(other):
    with pytest.raises(ValueError, match="token of another key or scheme") as refused:
        other.ids(OLD.tokens(IDS))
    assert "9001011234567" not in str(refused.value)
    with pytest.raises(ValueError, match="another key"):
        other.rotated(OLD.tokens(IDS), NEW)


@pytest.mark.parametrize("wrong", ["900101123456", "90010112345678", "가나다라마"])
def test_an_id_of_another_length_is_refused_without_repeating_it(wrong):
    with pytest.raises(ValueError, match="not 13 characters") as refused:
        OLD.tokens(pl.Series("national_id", ["9001011234567", wrong]))
    assert wrong not in str(refused.value)


def test_a_token_of_another_length_is_refused():
    with pytest.raises(ValueError, match="not 16 bytes long"):
        OLD.ids(pl.Series("token", [b"short"]))
