"""Which ways to write an address are one dwelling, one building, or too vague."""

from __future__ import annotations

import polars as pl
import pytest

from hub.identity.standard import standardise_records


def keys(*written):
    return standardise_records(pl.DataFrame({"record_id": range(len(written)), "address": written}))


def test_korean_addresses_have_dwelling_and_building(check):
    check(
        """
        address                                             | > | building_key           | address_key
        서울특별시 강남구 테헤란로 123, 101동 1203호 (역삼동) |   | 서울강남구테헤란로123  | 서울강남구테헤란로123/101-1203
        서울 강남구 테헤란로 123 101동 1203호               |   | 서울강남구테헤란로123  | 서울강남구테헤란로123/101-1203
        서울시 강남구 테헤란로123, 101-1203                 |   | 서울강남구테헤란로123  | 서울강남구테헤란로123/101-1203
        (06234) 서울 강남구 테헤란로 123 역삼아파트 101동 1203호 | | 서울강남구테헤란로123 | 서울강남구테헤란로123/101-1203
        서울 강남구 테헤란로 123, 역삼아파트 101동 1203호   |   | 서울강남구테헤란로123  | 서울강남구테헤란로123/101-1203
        서울 강남구 역삼동 123-45번지 201호                 |   | 서울강남구역삼동123-45 | 서울강남구역삼동123-45/201
        경상북도 안동시 풍천면 하회리 산 12-3               |   | 경북안동시풍천면하회리산12-3 | 경북안동시풍천면하회리산12-3/
        서울 강남구                                         |   |                        |
        거주불명                                            |   |                        |
        """
    )


def test_other_addresses_are_sorted_words(check):
    check(
        """
        address                                   | > | building_key           | address_key
        Unit 5, 12 Smith Street, Sydney           |   | 12 SMITH ST SYDNEY     | 12 5 SMITH ST SYDNEY
        5/12 Smith St. Sydney                     |   | 12 SMITH ST SYDNEY     | 12 5 SMITH ST SYDNEY
        12 Smith St #5, SYDNEY                    |   | 12 SMITH ST SYDNEY     | 12 5 SMITH ST SYDNEY
        Flat 5 12 Smith str sydney                |   | 12 SMITH ST SYDNEY     | 12 5 SMITH ST SYDNEY
        P.O. Box 123, Perth                       |   | 123 PERTH POBOX        | 123 PERTH POBOX
        1 Main Road, New South Wales              |   | 1 MAIN NSW RD          | 1 MAIN NSW RD
        Hauptstraße 5, Berlin                     |   | 5 BERLIN HAUPT ST      | 5 BERLIN HAUPT ST
        Haupt Str. 5 Berlin                       |   | 5 BERLIN HAUPT ST      | 5 BERLIN HAUPT ST
        ул. Ленина, д. 5, кв. 12                  |   | 5 ЛЕНИНА УЛ            | 12 5 ЛЕНИНА УЛ
        улица Ленина дом 5 квартира 12            |   | 5 ЛЕНИНА УЛ            | 12 5 ЛЕНИНА УЛ
        東京都新宿区西新宿二丁目8番1号            |   | 東京都新宿區西新宿2-8-1 | 東京都新宿區西新宿2-8-1
        東京都新宿区西新宿2-8-1-305               |   | 東京都新宿區西新宿2-8-1 | 東京都新宿區西新宿2-8-1-305
        北京市朝阳区建国路88号1201室              |   | 北京市朝陽區建國路88   | 北京市朝陽區建國路88-1201
        Sydney                                    |   |                        |
        No fixed abode                            |   |                        |
        """
    )


def test_words_are_distinct_and_normal():
    words = keys("12 Smith Street, Smith Hill, Victoria")["address_words"].to_list()
    assert words == [["12", "HILL", "SMITH", "ST", "VIC"]]


@pytest.mark.parametrize("vague", ["", "  ", "Unknown", "N/A", "-", "미상"])
def test_placeholders_have_no_words(vague):
    assert keys(vague).select("address_key", "building_key", "address_words").row(0) == (None,) * 3
