"""Questions to conforming: what does a value become, and which rule does a bad one break?"""

import datetime as dt
import sys
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

import readers_scene as scene

from hub.catalogue import Column, Delivery, Family, FamilyColumn, Format, Kind, SchemaVersion
from hub.conforming import Conformer, values
from hub.conforming.values import RULES
from hub.delivery import LINE, RawBatch, Reject
from hub.reasons import REASONS

DAY = dt.date


def conformer_of(columns, family=scene.FAMILY, **changes):
    version = SchemaVersion(1, DAY(2010, 1, 4), tuple(columns))
    document = replace(scene.document(Delivery.CSV), versions=(version,), **changes)
    sets = {"region": scene.REGION}
    return Conformer(
        document, version, family, sets, scene.PlainTokeniser(), made_on=DAY(2026, 2, 1)
    )


def batch_of(columns, rows, first_line=2, rejects=()):
    frame = pl.DataFrame(
        rows, schema={column.name: pl.String for column in columns}, orient="row"
    ).with_columns(pl.int_range(first_line, first_line + len(rows), dtype=pl.Int64).alias(LINE))
    return RawBatch(frame, list(rejects))


def value_of(value_format, text, **column):
    """Convert one text; return the lake value, or the rule that it broke."""
    columns = [Column("C", "value", value_format, is_own=True, **column)]
    result = conformer_of(columns).conform(batch_of(columns, [(text,)]))
    if result.quarantined.height:
        return result.quarantined.item(0, "rule")
    return result.accepted.item(0, "value")


GOOD = [
    (Format.TEXT, "  김 민수 ", "김 민수"),
    (Format.TEXT, "   ", None),
    (Format.DATE8, "20240229", DAY(2024, 2, 29)),
    (Format.DATE8, " 18500101 ", DAY(1850, 1, 1)),
    (Format.DATE8, "22001231", DAY(2200, 12, 31)),
    (Format.DATE10, "2026-01-31", DAY(2026, 1, 31)),
    (Format.DATE6, "260131", DAY(2026, 1, 31)),
    (Format.DATE6, "691231", DAY(2069, 12, 31)),
    (Format.DATE6, "700101", DAY(1970, 1, 1)),
    (Format.MONTH6, "202612", DAY(2026, 12, 1)),
    (Format.MONTH7, "2026-12", DAY(2026, 12, 1)),
    (Format.YEAR4, "2026", 2026),
    (Format.WON, "-1200", -1200),
    (Format.WON, " 1200 ", 1200),
    (Format.THOUSAND_WON, "12", 12_000),
    (Format.TEN_THOUSAND_WON, "-3", -30_000),
    (Format.INT, "007", 7),
    (Format.DECIMAL, "84.50", 84.5),
    (Format.YN, "Y", True),
    (Format.YN, "N", False),
    (Format.B10, "1", True),
    (Format.KO_YN, "부", False),
    (Format.BRN10, "123-45-67890", "1234567890"),
    (Format.BRN10, "1234567890", "1234567890"),
]


NUMBERS_IN_TEXT = [
    ("김민수 900101-1234567", "national_id_in_text"),
    ("9001011234567", "national_id_in_text"),
    ("(900101-1234567)", "national_id_in_text"),
    ("서울 강남구 테헤란로 123-4567", "서울 강남구 테헤란로 123-4567"),
    ("12345678901234567890", "12345678901234567890"),
]


@pytest.mark.parametrize(("text", "value"), NUMBERS_IN_TEXT)
def test_a_national_id_does_not_leave_the_vault_inside_a_text(text, value):
    assert value_of(Format.TEXT, text) == value


def test_a_key_may_look_like_a_national_id():
    columns = [Column("C", "corporation_no", Format.TEXT, is_own=True)]
    result = conformer_of(columns).conform(batch_of(columns, [("110111-1234567",)]))
    assert result.accepted["corporation_no"].to_list() == ["110111-1234567"]


@pytest.mark.parametrize(("value_format", "text", "value"), GOOD)
def test_a_good_value_is_converted(value_format, text, value):
    assert value_of(value_format, text) == value


@pytest.mark.parametrize("value_format", [each for each in Format if each is not Format.CODE])
@pytest.mark.parametrize("blank", [None, "", "  "])
def test_a_blank_is_nothing_and_no_fault(value_format, blank):
    columns = [Column("C", "value", value_format, is_own=True)]
    result = conformer_of(columns).conform(batch_of(columns, [(blank,)]))
    assert result.quarantined.is_empty()
    assert result.accepted.drop("line", "record_action").row(0) == (None,)


BAD = [
    (Format.DATE8, "20230229"),
    (Format.DATE8, "18491231"),
    (Format.DATE8, "22010101"),
    (Format.DATE8, "2026-1-1"),
    (Format.DATE8, "020260101"),
    (Format.DATE8, "+2026010"),
    (Format.DATE8, "00000000"),
    (Format.DATE10, "2026/01/31"),
    (Format.DATE10, "202-60-131"),
    (Format.DATE10, "20260131"),
    (Format.DATE10, "2026-13-01"),
    (Format.DATE6, "260230"),
    (Format.DATE6, "+60131"),
    (Format.MONTH6, "202613"),
    (Format.MONTH6, "2026-1"),
    (Format.MONTH7, "2026-00"),
    (Format.MONTH7, "202601-"),
    (Format.YEAR4, "26"),
    (Format.YEAR4, "1849"),
    (Format.WON, "1,200"),
    (Format.WON, "12.0"),
    (Format.WON, "1e3"),
    (Format.WON, "99999999999999999999"),
    (Format.THOUSAND_WON, "9223372036854775807"),
    (Format.INT, "\uff13"),
    (Format.DECIMAL, "1,5"),
    (Format.DECIMAL, "nan"),
    (Format.DECIMAL, "inf"),
    (Format.DECIMAL, "1e5"),
    (Format.YN, "y"),
    (Format.B10, "2"),
    (Format.KO_YN, "Y"),
    (Format.BRN10, "123456789"),
    (Format.BRN10, "12-345-67890"),
    (Format.BRN10, "+123456789"),
    (Format.ID13, "900101123456"),
    (Format.ID13, "9002301234567"),
    (Format.ID13, "90010-11234567"),
    (Format.ID13, "+900101123456"),
    (Format.ID13, "900101-1******"),
    (Format.ID_MASKED, "9001011234567"),
    (Format.ID_MASKED, "900230-1******"),
    (Format.ID_MASKED, "900101-*******"),
]


@pytest.mark.parametrize(("value_format", "text"), BAD)
def test_a_bad_value_breaks_the_rule_of_its_format(value_format, text):
    assert value_of(value_format, text) == RULES[value_format].code


def test_codes_become_words_and_other_codes_are_unknown():
    assert value_of(Format.CODE, " 01 ", codes={"01": "monthly"}) == "monthly"
    assert value_of(Format.CODE, "1", codes={"01": "monthly"}) == "code_unknown"


def test_words_of_an_open_list_follow_its_pattern():
    words = {"code_set": "region"}
    assert value_of(Format.TEXT, " 11110 ", **words) == "11110"
    assert value_of(Format.TEXT, "national", **words) == "national"
    assert value_of(Format.TEXT, "11110x", **words) == "code_malformed"


ID_ROWS = [
    # as sent, birth date, sex; the seventh digit says century and sex
    ("9001011234567", DAY(1990, 1, 1), "male"),
    ("000229-4000000", DAY(2000, 2, 29), "female"),
    ("9905055123456", DAY(1999, 5, 5), "male"),
    ("0101018123456", DAY(2001, 1, 1), "female"),
    ("9912310123456", DAY(1899, 12, 31), "female"),
    (None, None, None),
]


def test_an_id_becomes_token_birth_date_and_sex():
    columns = [scene.COLUMNS[0]]
    accepted = conformer_of(columns).conform(batch_of(columns, [(r[0],) for r in ID_ROWS])).accepted
    assert accepted.columns == [
        "line",
        "record_action",
        "national_id_token",
        "id_birth_date",
        "id_sex",
    ]
    assert accepted.select("id_birth_date", "id_sex").rows() == [row[1:] for row in ID_ROWS]
    plain = pl.Series([row[0].replace("-", "") if row[0] else None for row in ID_ROWS])
    expected = scene.PlainTokeniser().tokens(plain)
    assert accepted["national_id_token"].to_list() == expected.to_list()


def test_a_masked_id_has_no_token_but_shows_birth_date_and_sex():
    columns = [replace(scene.COLUMNS[0], format=Format.ID_MASKED)]
    accepted = conformer_of(columns).conform(batch_of(columns, [("850505-2******",)])).accepted
    assert accepted.rows() == [(2, "new", None, DAY(1985, 5, 5), "female")]


def test_a_two_digit_birth_year_takes_the_century_of_the_id():
    family = Family(
        "F99",
        "x",
        "x",
        (FamilyColumn("national_id", Kind.ID), FamilyColumn("birth_date", Kind.DATE)),
        (),
    )
    columns = [scene.COLUMNS[0], Column("B", "birth_date", Format.DATE6)]
    rows = [
        ("2001010123456", "200101"),
        ("2001013123456", "200101"),
        (None, "260101"),
        (None, "270101"),
    ]
    # The first is of 1820: no birth date that the hub takes; its ID is malformed.
    result = conformer_of(columns, family).conform(batch_of(columns, rows))
    assert result.quarantined["rule"].to_list() == ["id_malformed"]
    assert result.accepted["birth_date"].to_list() == [
        DAY(2020, 1, 1),
        DAY(2026, 1, 1),
        DAY(1927, 1, 1),
    ]


def test_lake_columns_come_in_the_order_of_the_contract():
    accepted = conformer_of(scene.COLUMNS).conform(batch_of(scene.COLUMNS, scene.ROWS)).accepted
    assert dict(accepted.schema) == {
        "line": pl.Int64,
        "record_action": pl.String,
        "national_id_token": pl.Binary,
        "id_birth_date": pl.Date,
        "id_sex": pl.String,
        "full_name": pl.String,
        "paid_on": pl.Date,
        "amount": pl.Int64,
        "area": pl.Float64,
    }
    assert accepted["record_action"].to_list() == ["new", "reversal", "new"]
    assert accepted["amount"].to_list() == [12_000, -3_000, None]


def test_constants_become_columns():
    columns = scene.COLUMNS[:2]
    accepted = (
        conformer_of(columns, constants={"programme_code": "P148"})
        .conform(batch_of(columns, [(None, "가"), (None, "나")]))
        .accepted
    )
    assert accepted["programme_code"].to_list() == ["P148", "P148"]


def test_the_first_broken_rule_in_catalogue_order_counts_and_rows_add_up():
    rows = [
        ("9001011234567", "가", "20260101", "10", None, "0"),
        ("123", "나", "20269999", "20", None, "0"),
        (None, "다", "20269999", "30", None, "0"),
        (None, "라", None, "x", None, "0"),
    ]
    rejects = [Reject(9, None, "field_count_wrong", "expected 6 fields, found 2")]
    result = conformer_of(scene.COLUMNS).conform(batch_of(scene.COLUMNS, rows, rejects=rejects))
    assert result.quarantined.select("line", "column", "rule", "amount").rows() == [
        (3, "주민번호", "id_malformed", 20_000),
        (4, "지급일", "date_invalid", 30_000),
        (5, "지급액", "amount_invalid", None),
        (9, None, "field_count_wrong", None),
    ]
    assert (result.received_rows, result.accepted.height, result.superseded_rows) == (5, 1, 0)
    assert (result.received_amount, result.accepted_amount, result.quarantined_amount) == (
        60_000,
        10_000,
        50_000,
    )
    assert not any("123" in str(value) for value in result.quarantined["detail"])


def test_an_empty_required_column_is_a_fault():
    columns = [Column("C", "full_name", Format.TEXT, required=True)]
    result = conformer_of(columns).conform(batch_of(columns, [("가",), (" ",), (None,)]))
    assert result.quarantined.select("line", "rule").rows() == [
        (3, "required_missing"),
        (4, "required_missing"),
    ]


def test_later_repetitions_are_superseded_within_and_across_batches():
    row = ("9001011234567", "가", "20260101", "10", None, "0")
    other = ("9001011234567", "가", "20260101", "11", None, "0")
    reversal = ("9001011234567", "가", "20260101", "-10", None, "9")
    conformer = conformer_of(scene.COLUMNS)
    first = conformer.conform(batch_of(scene.COLUMNS, [row, other, row, reversal, reversal]))
    second = conformer.conform(batch_of(scene.COLUMNS, [other, reversal, row], first_line=7))
    assert first.accepted["line"].to_list() == [2, 3, 5, 6]
    assert second.accepted["line"].to_list() == [8]
    assert (first.superseded_rows, first.superseded_amount) == (1, 10_000)
    assert (second.superseded_rows, second.superseded_amount) == (2, 21_000)


def test_amounts_beyond_64_bits_together_are_added_up_right():
    columns = [replace(scene.COLUMNS[3], format=Format.WON), scene.COLUMNS[1]]
    large = 2**63 - 1
    rows = [(str(large), "가"), (str(large), "나"), (str(large), "다")]
    assert conformer_of(columns).conform(batch_of(columns, rows)).accepted_amount == 3 * large


def test_every_rule_of_conforming_has_a_reason():
    codes = {rule.code for rule in RULES.values()} | {"required_missing"}
    assert codes <= set(REASONS)
    assert all(REASONS[code].level == "row" for code in codes)


def test_every_rule_that_readers_name_has_a_reason():
    texts = [
        path.read_text("utf-8")
        for path in (Path(__file__).parents[2] / "sources" / "readers").glob("*.py")
    ]
    codes = {code for code in REASONS if any(f'"{code}"' in text for text in texts)}
    import re

    raised = {
        match
        for text in texts
        for match in re.findall(
            r'(?:DeliveryStopped|Reject|_refuse)\((?:[^"()]*?)"([a-z_]+)"', text
        )
    }
    assert raised, "the pattern finds nothing"
    assert raised <= codes


@pytest.mark.parametrize(
    "form", [Format.WON, Format.THOUSAND_WON, Format.TEN_THOUSAND_WON, Format.INT, Format.DECIMAL]
)
def test_a_national_id_typed_into_a_number_is_no_number(form):
    texts = pl.DataFrame({"n": ["9001011234567", "0102033234567", "9913011234567", "12000", None]})
    found = texts.select(values.convert(pl.col("n"), form)).to_series()
    assert found.is_null().to_list() == [True, True, False, False, True]
