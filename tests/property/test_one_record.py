"""One record gets the description that a column of records gets: the rules have two readers."""

# Letters of every script.
# ruff: noqa: RUF001

from __future__ import annotations

import datetime as dt
import sys
import unicodedata

import polars as pl
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from hub.identity.standard import address_words, name_words, standardise_record, standardise_records
from hub.identity.standard.addresses import standardise_address, standardise_addresses
from hub.identity.standard.dates import standardise_birth_date, standardise_birth_dates
from hub.identity.standard.emails import standardise_email, standardise_emails
from hub.identity.standard.names import (
    NAME_COLUMNS,
    WRITTEN_COLUMNS,
    standardise_name,
    standardise_names,
)
from hub.identity.standard.one_value import is_readable, one_pattern
from hub.identity.standard.phones import standardise_phone, standardise_phones
from hub.identity.standard.sexes import standardise_sex, standardise_sexes

AS_OF = dt.date(2026, 3, 31)
LETTERS = (
    "ABCDEFGHIJKLMNOPRSTUVWYZ'-., ", "aeiouáéüñøłßıſœ ", "가나다라마바사김이박최남궁황보씨님 ",
    "абвгдеёжзийклмнопрст ", "αβγδεςΣ ", "田中山本太郎王明歐陽張张齋 ", "たなかタロー・サン ",
    "احمدبنعليةىٱ ", "אבגדהבן ", "अआकरन ", "กขนายงสาว ", "٠١٢०१ ０１Ａ #*()[]/?", "0123456789-./, ",
)  # fmt: skip
WORDS = sorted(
    {
        *name_words.TITLES.split(), *name_words.SUFFIXES.split(), *name_words.PARTICLES.split(),
        *name_words.SERVANT_OF.split(), *name_words.EMPTY_WORDS.split(), *name_words.PLACEHOLDERS,
        *name_words.EAST_ASIAN_FAMILY_NAMES, *name_words.COMPOUND_HAN_FAMILY_NAMES,
        *name_words.SLAVIC_GIVEN_NAMES, "ПЕТРОВИЧ", "ИВАНОВ", "BABY BOY OF", "née Smith", "Min Su",
        *address_words.WORD_FORMS, *address_words.UNIT_WORDS.split(), *address_words.PLACEHOLDERS,
        "서울특별시 종로구", "세종대로 110-2", "101동 1203호", "지하1층", "래미안아파트", "(우)03154", "丁目", "番地",
        "二丁目", "路12号", "P.O. Box 7", "12/34", "№ 5", "c/o Lee,", "Bahnhofstraße 7",
    }
)  # fmt: skip
WRITTEN = st.one_of(
    *(st.text(letters, min_size=1, max_size=12) for letters in LETTERS),
    st.lists(st.sampled_from(WORDS) | st.text("".join(LETTERS), max_size=3), max_size=5).map(
        " ".join
    ),
    st.text(max_size=12),
).filter(is_readable)
MAY_BE_WRITTEN = st.none() | WRITTEN
DATES = st.builds(
    lambda parts, between, end: between.join(parts) + end,
    st.permutations(["1944", "3", "07"])
    | st.tuples(
        st.sampled_from(["昭和19", "S19", "2487", "19441", "0", "44"]),
        st.sampled_from(["MAR", "марта", "12", "13", "3"]),
        st.sampled_from(["7", "31", "00", "7th"]),
    ),
    st.sampled_from([".", "-", "/", " ", "", "년 ", "年"]),
    st.sampled_from(["", "", "일", " 00:00:00", ".0", "생"]),
)
PHONES = st.text("0123456789٣+-() x/", max_size=16) | st.from_regex(
    r"\A(\+|00)?82[- ]?0?10-?[0-9]{4}-?[0-9]{4}( ext ?[0-9]{2})?\Z"
)
EMAILS = st.from_regex(r"\A(mailto:|<)?[a-zA-Z.]{1,6}(\+x)?@[a-zA-Z]{1,5}\.(com|kr|test)>?\Z")
quick = settings(max_examples=60, suppress_health_check=list(HealthCheck))


@quick
@given(st.lists(st.tuples(*[MAY_BE_WRITTEN] * len(WRITTEN_COLUMNS)), min_size=1, max_size=60))
@example([("KIM MIN SU", None, None, None), ("\u0301\u0302", "NA", "I", " na ")])
def test_names(rows):
    schema = dict.fromkeys(WRITTEN_COLUMNS, pl.String)
    for row in standardise_names(pl.DataFrame(rows, schema, orient="row").unique()).rows(
        named=True
    ):
        written = {column: row[column] for column in WRITTEN_COLUMNS}
        assert standardise_name(written) == {column: row[column] for column in NAME_COLUMNS}


@quick
@given(st.lists(WRITTEN, min_size=1, max_size=60))
def test_addresses(written):
    for row in standardise_addresses(pl.Series("address", written)).rows(named=True):
        assert standardise_address(row.pop("address")) == row


@quick
@given(st.lists(WRITTEN | EMAILS, min_size=1, max_size=60))
def test_emails(written):
    found = standardise_emails(pl.Series(written))
    assert [standardise_email(one) for one in written] == found.to_list()


@quick
@given(DATES | WRITTEN | st.dates(dt.date(1800, 1, 1), dt.date(2030, 1, 1)))
def test_birth_dates(written):
    (found,) = standardise_birth_dates(pl.Series([written]), as_of=AS_OF)
    assert standardise_birth_date(written, as_of=AS_OF) == found


@quick
@given(PHONES | WRITTEN)
def test_phones(written):
    (found,) = standardise_phones(pl.Series([written]))
    assert standardise_phone(written) == found


@quick
@given(
    st.sampled_from(
        [
            "H",
            "h",
            "M",
            "K",
            "E",
            "F",
            "0",
            "1",
            "2",
            "01",
            "1.0",
            "f.",
            "남",
            "女",
            "ж",
            "Ｍ",
            "male",
            "Ж",
        ]
    )
    | WRITTEN
)
def test_sexes(written):
    (found,) = standardise_sexes(pl.Series([written]))
    assert standardise_sex(written) == found


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(*[MAY_BE_WRITTEN] * 5, DATES, PHONES)
@example("Ann Lee", None, None, "F", "\u019b 7 Oak Rd", "1990-01-01", "1234567890")
def test_whole_records(name, given_name, family_name, sex, address, born, phone):
    record = {
        "full_name": name, "given_name": given_name, "family_name": family_name, "sex": sex,
        "address": address, "birth_date": born, "phone": phone, "email": None,
    }  # fmt: skip
    columns = {name: pl.Series([value], dtype=pl.String) for name, value in record.items()}
    frame = pl.DataFrame({"record_id": [0], **columns})
    assume(any(record.values()))
    wanted = standardise_records(frame, bytes(32), as_of=AS_OF).row(0, named=True)
    assert standardise_record(record, as_of=AS_OF) == wanted


def test_what_takes_long_or_is_no_text_is_left_to_columns():
    # The word is cut into particles in 2 ** 60 ways, and none fits.
    name = "JOHN " + "DELLA" * 60 + "1"
    born = dt.datetime(1990, 1, 1)  # noqa: DTZ001
    record = {"full_name": name, "birth_date": born, "phone": 7700900123, "sex": 1}
    frame = pl.DataFrame({"record_id": [0], **{key: [value] for key, value in record.items()}})
    wanted = standardise_records(frame, bytes(32), as_of=AS_OF).row(0, named=True)
    assert wanted["phone"] == "7700900123"
    assert standardise_record(record, as_of=AS_OF) == wanted
    only_text = {"full_name": name}
    assert standardise_record(only_text)["name_key"] == wanted["name_key"]


@pytest.mark.parametrize(
    "letters",
    [r"\s", r"\w", r"\d", r"\p{L}", r"\p{M}", r"\p{N}", r"\p{Z}", r"\p{Han}", r"\p{Hiragana}",
     r"\p{Katakana}", r"\p{Arabic}", r"\p{Hebrew}", r"\p{Cyrillic}", r"\p{Greek}",
     r"\p{Devanagari}", r"\p{Thai}", r"\p{Latin}"],
)  # fmt: skip
def test_both_know_the_same_letters(letters, every_letter):
    there = every_letter.filter(every_letter.str.contains(f"^{letters}$"))
    here = [letter for letter in every_letter if one_pattern(f"^{letters}$").search(letter)]
    assert here == there.to_list()
    assert here


def test_both_write_and_compose_letters_alike(every_letter):
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        here = [unicodedata.normalize(form, letter) for letter in every_letter]
        assert here == every_letter.str.normalize(form).to_list()
    assert [letter.upper() for letter in every_letter] == every_letter.str.to_uppercase().to_list()
    assert [letter.lower() for letter in every_letter] == every_letter.str.to_lowercase().to_list()


@pytest.fixture(scope="module")
def every_letter():
    """Every character that this Python knows as polars does."""
    letters = (chr(code) for code in range(sys.maxunicode + 1))
    kept = [letter for letter in letters if is_readable(letter)]
    # Of scripts with thousands of letters a part is enough.
    return pl.Series(
        [one for one in kept if ord(one) < 0x20000 and (ord(one) < 0x4F00 or ord(one) % 16 == 0)]
    )
