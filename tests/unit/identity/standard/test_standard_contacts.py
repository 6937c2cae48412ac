"""Phones, e-mail addresses and sexes of any coding."""

from __future__ import annotations

import polars as pl
import pytest

from hub.identity.standard.phones import standardise_phones
from hub.identity.standard.sexes import standardise_sexes


def test_a_phone_is_its_national_number(check):
    check(
        """
        phone                   | > | phone
        010-1234-5678           |   | 1012345678
        +82 10 1234 5678        |   | 1012345678
        82-10-1234-5678         |   | 1012345678
        +82 (0)10-1234-5678     |   | 1012345678
        ０１０－１２３４－５６７８ |   | 1012345678
        02-765-4321 내선 12     |   | 27654321
        +1 (415) 555-2671       |   | 4155552671
        1-415-555-2671          |   | 4155552671
        415.555.2671 x22        |   | 4155552671
        +44 (0)7911 123456      |   | 7911123456
        0044 7911 123456        |   | 7911123456
        07911 123456            |   | 7911123456
        03-1234-5679 / 090-1111-2222 | | 312345679
        +86 138 1234 5678       |   | 3812345678
        13812345678             |   | 3812345678
        """
    )


def test_placeholders_are_no_phone(check):
    check(
        """
        phone         | > | phone
        000-0000-0000 |   |
        1111111       |   |
        12345678      |   |
        0123456789    |   |
        987654321     |   |
        010-9999-9999 |   |
        010-1234-**** |   |
        010-1234-XXXX |   |
        123456        |   |
        none          |   |
        """
    )


def test_a_country_code_without_plus_is_known_from_the_column():
    alone = standardise_phones(pl.Series(["447911123456", "07911123456"])).to_list()
    helped = standardise_phones(pl.Series(["447911123456", "+447700900123"])).to_list()
    assert alone[0] == "447911123456"
    assert helped == ["7911123456", "7700900123"]


def test_an_email_is_lower_case_without_tag(check):
    check(
        """
        email                    | > | email
        Jo.Smith@Gmail.COM       |   | jo.smith@gmail.com
        jo.smith+bank@gmail.com  |   | jo.smith@gmail.com
        Jo Smith <jo@mail.co.kr> |   | jo@mail.co.kr
        mailto:jo@mail.co.kr     |   | jo@mail.co.kr
        none@mail.com            |   |
        noemail@noemail.com      |   |
        test@example.com         |   |
        jo@example.org           |   |
        jo at mail.com           |   |
        @mail.com                |   |
        """
    )


@pytest.mark.parametrize(
    ("codes", "sexes"),
    [
        ("M F", "male female"),
        ("1 2", "male female"),
        ("1.0 02", "male female"),
        ("남 여", "male female"),
        ("남성 여자", "male female"),
        ("Male female", "male female"),
        ("männlich weiblich", "male female"),
        ("М Ж", "male female"),
        ("男 女", "male female"),
        ("H M", "male female"),
        ("H F", "male female"),
        ("M W", "male female"),
        ("E K", "male female"),
        ("0 1", "- -"),
        ("U 9", "- -"),
    ],
)
def test_a_sex_is_read_from_any_coding(codes, sexes):
    found = standardise_sexes(pl.Series(codes.split())).to_list()
    assert found == [None if sex == "-" else sex for sex in sexes.split()]
