"""How one canonical value is written in each format of values."""

import datetime as dt

import polars as pl
import pytest

from hub.catalogue import Column, Encoding, Format, SchemaVersion
from sources.country.rendering.documents import round_amounts
from sources.country.rendering.values import write_column, write_values


@pytest.mark.parametrize(
    ("form", "value", "written"),
    [
        (Format.ID13, "9001011234567", "9001011234567"),
        (Format.ID_MASKED, "9001011234567", "900101-1******"),
        (Format.DATE8, dt.date(2026, 3, 31), "20260331"),
        (Format.DATE10, dt.date(1899, 1, 2), "1899-01-02"),
        (Format.DATE6, dt.date(1966, 5, 4), "660504"),
        (Format.MONTH6, dt.date(2026, 3, 1), "202603"),
        (Format.MONTH7, dt.date(2026, 3, 1), "2026-03"),
        (Format.YEAR4, 2025, "2025"),
        (Format.WON, 1_234_567, 1_234_567),
        (Format.THOUSAND_WON, 1_234_000, 1_234),
        (Format.TEN_THOUSAND_WON, -50_000, -5),
        (Format.INT, 40, 40),
        (Format.DECIMAL, 84.93, 84.93),
        (Format.YN, True, "Y"),
        (Format.B10, False, "0"),
        (Format.KO_YN, True, "여"),
        (Format.BRN10, "1234567890", "1234567890"),
        (Format.TEXT, "경기도", "경기도"),
    ],
)
def test_value_is_written_in_its_format_and_nothing_stays_nothing(form, value, written):
    facts = pl.DataFrame({"x": [value, None]})
    cells = facts.select(write_column(Column("X", "x", form), Encoding.CP949))["X"]
    assert cells.to_list() == [written, None]


def test_senders_who_like_hyphens_put_them_where_readers_allow_them():
    facts = pl.DataFrame({"id": ["9001011234567"], "brn": ["1234567890"]})
    columns = (Column("A", "id", Format.ID13), Column("B", "brn", Format.BRN10))
    version = SchemaVersion(1, dt.date(2010, 1, 4), columns)
    written = write_values(version, facts, Encoding.UTF_8, hyphenate=True)
    assert written.row(0) == ("900101-1234567", "123-45-67890")


def test_a_word_without_a_code_is_written_as_nothing():
    column = Column("K", "kind", Format.CODE, codes={"1": "land", "9": "land", "2": "house"})
    facts = pl.DataFrame({"kind": ["land", "house", "boat"]})
    assert facts.select(write_column(column, Encoding.UTF_8))["K"].to_list() == ["1", "2", None]


def test_rounding_to_the_senders_unit_comes_before_rendering():
    columns = (Column("A", "amount", Format.THOUSAND_WON), Column("B", "other", Format.WON))
    version = SchemaVersion(1, dt.date(2010, 1, 4), columns)
    facts = round_amounts(pl.DataFrame({"amount": [1_999], "other": [1_999]}), version)
    assert facts.row(0) == (1_000, 1_999)


def test_columns_that_the_facts_lack_are_written_as_nothing():
    version = SchemaVersion(1, dt.date(2010, 1, 4), (Column("A", "absent", Format.DATE8),))
    facts = pl.DataFrame({"other": [1, 2]})
    assert write_values(version, facts, Encoding.UTF_8)["A"].to_list() == [None, None]
