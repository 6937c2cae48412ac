"""What a sender's file looks like in each format, read back by a few lines of other code."""

import csv
import datetime as dt
import io
import json
import xml.etree.ElementTree as ET

import polars as pl
import pyarrow.parquet as pq
import pytest

from hub.catalogue import (
    Column,
    Corrections,
    Cycle,
    Delivery,
    DocumentType,
    Encoding,
    Format,
    Mode,
    SchemaVersion,
)
from hub.delivery import DeliveryName
from sources.country.rendering import render_document
from sources.country.rendering.documents import ENDINGS
from sources.country.rendering.fixed_width import line_length

COLUMNS = (
    Column("JUMIN", "national_id", Format.ID13, width=13),
    Column("이름", "full_name", Format.TEXT, width=10),
    Column("KIND", "income_kind", Format.CODE, codes={"1": "interest", "2": "dividend"}, width=1),
    Column("YMD", "paid_on", Format.DATE8, width=8),
    Column("YM", "period", Format.MONTH7, width=7),
    Column("AMT", "amount", Format.THOUSAND_WON, width=12),
    Column("RATE", "rate", Format.DECIMAL, width=16),
    Column("OK", "paid", Format.YN, width=1),
)
FACTS = pl.DataFrame(
    {
        "national_id": ["8001011234567", None, "9912312234567"],
        "full_name": ["김철수", 'a<b & "c", d', "남궁선우혜원"],
        "income_kind": ["dividend", "interest", None],
        "paid_on": [dt.date(2026, 3, 5), None, dt.date(1950, 12, 31)],
        "period": [dt.date(2026, 2, 1), dt.date(2025, 12, 1), None],
        "amount": [1_234_567, None, -5_000],
        "rate": [0.5, None, 12.25],
        "paid": [True, False, None],
    }
)
TOTAL_IN_THOUSANDS = 1_234 - 5
EXPECTED = [
    ["8001011234567", "김철수", "2", "20260305", "2026-02", "1234", "0.5", "Y"],
    ["", 'a<b & "c", d', "1", "", "2025-12", "", "", "N"],
    ["9912312234567", "남궁선우혜원", "", "19501231", "", "-5", "12.25", ""],
]
MADE_AT = DeliveryName.parse("I03-F14-01_202603_002_20260401T013000.csv").made_at


def document(delivery: Delivery, encoding: Encoding = Encoding.UTF_8) -> DocumentType:
    return DocumentType(
        code="I03-F14-01", institution="I03", family="F14", name_ko="", name_en="", describes="",
        delivery=delivery, encoding=encoding, cycle=Cycle.MONTHLY, mode=Mode.FULL,
        person_key="national_id", corrections=Corrections.NONE,
        versions=(SchemaVersion(1, dt.date(2010, 1, 4), COLUMNS),), legal_basis="", used_for=(),
        retention_years=5, sensitivity="", status="modelled",
    )  # fmt: skip


def rendered(delivery: Delivery, encoding: Encoding = Encoding.UTF_8) -> bytes:
    kind = document(delivery, encoding)
    name = DeliveryName(kind.code, "202603", 2, MADE_AT, ENDINGS[delivery])
    return render_document(kind, kind.versions[0], FACTS, name)


def test_fixed_width_lines_have_one_length_and_hold_the_cells_at_their_places():
    lines = rendered(Delivery.FIXED_WIDTH, Encoding.CP949).split(b"\n")
    length = line_length(document(Delivery.FIXED_WIDTH).versions[0])
    assert lines.pop() == b""
    assert {len(line) for line in lines} == {length}
    assert lines[0].decode().split() == ["HI03-F14-01202603", "0020120260401013000"]
    cells = []
    for line in lines[1:-1]:
        assert line[:1] == b"D"
        place, row = 1, []
        for column in COLUMNS:
            row.append(line[place : place + column.width].decode("cp949").strip())
            place += column.width
        cells.append(row)
    cut = [row[:] for row in EXPECTED]
    cut[1][1] = 'a<b & "c",'
    cut[2][1] = "남궁선우혜"
    assert cells == cut
    assert lines[-1].decode() == f"T0000000003{TOTAL_IN_THOUSANDS:>20}".ljust(length)


def test_fixed_width_puts_numbers_right_and_text_left():
    row = rendered(Delivery.FIXED_WIDTH, Encoding.CP949).split(b"\n")[1].decode("cp949")
    assert "김철수    2" in row
    assert "        1234" in row


def test_a_number_that_does_not_fit_is_never_cut():
    kind = document(Delivery.FIXED_WIDTH, Encoding.CP949)
    facts = FACTS.with_columns(amount=pl.lit(10**16))
    name = DeliveryName(kind.code, "202603", 1, MADE_AT, "txt")
    with pytest.raises(ValueError, match="AMT: a number has more than 12 digits"):
        render_document(kind, kind.versions[0], facts, name)


@pytest.mark.parametrize("encoding", list(Encoding))
def test_csv_keeps_commas_and_quotes(encoding):
    text = rendered(Delivery.CSV, encoding).decode(encoding.value)
    assert "\r" not in text
    assert text.endswith("\n")
    header, *rows = csv.reader(io.StringIO(text))
    assert header == [column.name for column in COLUMNS]
    assert rows == EXPECTED


@pytest.mark.parametrize("encoding", list(Encoding))
def test_xml_is_escaped_and_counts_its_rows(encoding):
    content = rendered(Delivery.XML, encoding).decode(encoding.value)
    declaration, head, *rows, end, nothing = content.split("\n")
    assert encoding.value.upper() in declaration
    assert len(rows) == FACTS.height
    assert (end, nothing) == ("</delivery>", "")
    root = ET.fromstring("\n".join([head, *rows, end]))  # noqa: S314 (our own bytes)
    assert root.attrib == {
        "type": "I03-F14-01", "period": "202603", "sequence": "002", "version": "1",
        "made_at": "20260401T013000", "rows": "3", "total": str(TOTAL_IN_THOUSANDS),
    }  # fmt: skip
    assert [[cell.text or "" for cell in row] for row in root] == EXPECTED
    assert [cell.tag for cell in root[0]] == [column.name for column in COLUMNS]


def test_json_lines_write_numbers_as_numbers():
    rows = [json.loads(line) for line in rendered(Delivery.JSON_LINES).decode().splitlines()]
    assert [row["AMT"] for row in rows] == [1234, None, -5]
    assert [row["RATE"] for row in rows] == [0.5, None, 12.25]
    assert [row["JUMIN"] for row in rows] == ["8001011234567", None, "9912312234567"]
    assert list(rows[0]) == [column.name for column in COLUMNS]


def test_parquet_is_typed_and_says_what_it_is():
    file = pq.ParquetFile(io.BytesIO(rendered(Delivery.PARQUET)))
    metadata = file.schema_arrow.metadata or {}
    stated = {**metadata, **(file.metadata.metadata or {})}
    assert stated[b"delivery.type"] == b"I03-F14-01"
    assert stated[b"delivery.period"] == b"202603"
    assert stated[b"delivery.sequence"] == b"002"
    assert stated[b"delivery.version"] == b"1"
    table = pl.read_parquet(io.BytesIO(rendered(Delivery.PARQUET)))
    assert table.schema["AMT"] == pl.Int64
    assert table.schema["RATE"] == pl.Float64
    assert set(table.drop("AMT", "RATE").schema.values()) == {pl.String()}
    assert table["AMT"].to_list() == [1234, None, -5]


def test_characters_that_cp949_lacks_become_question_marks_and_shift_nothing():
    kind = document(Delivery.FIXED_WIDTH, Encoding.CP949)
    facts = FACTS.with_columns(full_name=pl.lit("José 김😀"))
    name = DeliveryName(kind.code, "202603", 1, MADE_AT, "txt")
    row = render_document(kind, kind.versions[0], facts, name).split(b"\n")[1].decode("cp949")
    assert "Jos? 김?  2" in row
