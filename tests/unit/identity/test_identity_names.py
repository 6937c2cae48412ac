"""Which spellings of a name become one key, which words are no name, and which addresses are one."""

from __future__ import annotations

import polars as pl
import pytest

from hub.identity.addresses import standardise_addresses
from hub.identity.names import standardise_names


def keys(*names):
    frame = standardise_names(pl.Series(names))
    return {row["full_name"]: row for row in frame.iter_rows(named=True)}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("류현진", "유현진"),
        ("리나영", "이나영"),
        ("라미란", "나미란"),
        ("임하늘", "림하늘"),
        ("최정률", "최정율"),
        ("김 철 수", "김철수"),
        ("김철수(金哲洙)", "김철수"),
        ("NGUYEN VAN AN", "Van An Nguyen"),
        ("\uff2bIM CHEOLSU", "kim cheolsu"),
    ],
)
def test_spellings_of_one_name_have_one_key(one, other):
    found = keys(one, other)
    assert found[one]["name_key"] == found[other]["name_key"] is not None


@pytest.mark.parametrize(
    ("hangul", "latin"),
    [
        ("김철수", "KIM CHEOLSU"),
        ("김철수", "Chul-Soo Kim"),
        ("이영자", "LEE YOUNGJA"),
        ("박정희", "PARK JUNG HEE"),
        ("임꺽정", "LIM KKEOKJEONG"),
    ],
)
def test_a_romanised_name_sounds_like_its_hangul(hangul, latin):
    found = keys(hangul, latin)
    assert found[hangul]["roman_key"] == found[latin]["roman_key"] is not None


@pytest.mark.parametrize(
    "word",
    [
        "성명불상",
        "미상",
        "홍길동",
        "Unknown",
        "N/A",
        "김*수",
        "김O수",
        "김○○",
        "이아기",
        "",
        "  ",
        "-",
        "123",
    ],
)
def test_placeholders_and_masked_names_are_no_name(word):
    assert keys(word)[word]["name_key"] is None


def test_different_names_have_different_keys():
    found = keys("김민수", "김민서", "남궁민", "남궁 민수")
    assert len({row["name_key"] for row in found.values()}) == 4
    assert found["남궁민"]["family_key"] == "남궁"


def test_ways_to_write_an_address_have_one_key():
    written = [
        "서울특별시 강남구 테헤란로 123, 101동 1203호 (역삼동)",
        "서울 강남구 테헤란로 123 101동 1203호",
        "서울시 강남구 테헤란로123, 101-1203",
    ]
    frame = standardise_addresses(pl.Series([*written, "거주불명"]))
    assert frame.filter(pl.col("address").is_in(written))["address_key"].n_unique() == 1
    assert frame.filter(pl.col("address") == "거주불명")["building_key"].to_list() == [None]
