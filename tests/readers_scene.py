"""A small document type and a plain writer of its five formats, for the tests of the readers.

Here: code that shares nothing with the readers or with the simulated country, so that they can be
held against it. Never here: expectations. Next: tests of readers, conforming and hostile files.
"""

import csv
import datetime as dt
import hashlib
import io
import json
from pathlib import Path
from xml.sax.saxutils import escape

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from hub.catalogue import (
    CodeSet,
    Column,
    Corrections,
    Cycle,
    Delivery,
    DocumentType,
    Encoding,
    Family,
    FamilyColumn,
    Format,
    Kind,
    Mode,
    SchemaVersion,
)
from hub.delivery import DeliveryName
from sources.readers import ENDINGS, open_delivery

CODE = "I99-F99-01"
MADE_AT = dt.datetime(2026, 2, 1)  # noqa: DTZ001 - file names carry local time
COLUMNS = (
    Column("주민번호", "national_id", Format.ID13, width=14),
    Column("성명", "full_name", Format.TEXT, width=20),
    Column("지급일", "paid_on", Format.DATE8, width=8),
    Column("지급액", "amount", Format.THOUSAND_WON, width=12),
    Column("면적", "area", Format.DECIMAL, is_own=True, width=10),
    Column(
        "정정",
        "record_action",
        Format.CODE,
        codes={"0": "new", "1": "cancel", "2": "reissue", "9": "reversal"},
        width=1,
    ),
)
ADDED = Column("비고", "note", Format.TEXT, is_own=True, width=10)
FAMILY = Family(
    "F99",
    "payment",
    "payment",
    (
        FamilyColumn("national_id", Kind.ID),
        FamilyColumn("full_name", Kind.TEXT),
        FamilyColumn("paid_on", Kind.DATE),
        FamilyColumn("amount", Kind.KRW),
    ),
    ("national_id", "paid_on"),
)
NUMBERS = (Format.WON, Format.THOUSAND_WON, Format.TEN_THOUSAND_WON, Format.INT)
FORMATS = [
    (Delivery.CSV, Encoding.UTF_8),
    (Delivery.CSV, Encoding.CP949),
    (Delivery.FIXED_WIDTH, Encoding.CP949),
    (Delivery.FIXED_WIDTH, Encoding.UTF_8),
    (Delivery.XML, Encoding.UTF_8),
    (Delivery.XML, Encoding.CP949),
    (Delivery.JSON_LINES, Encoding.UTF_8),
    (Delivery.PARQUET, Encoding.UTF_8),
]
ROWS = [
    ("9001011234567", "김민수", "20260105", "12", "84.5", "0"),
    ("8512312345678", "이 서연", "20260105", "-3", None, "9"),
    (None, None, None, None, None, None),
]


def document(
    delivery: Delivery, encoding: Encoding = Encoding.UTF_8, columns: tuple[Column, ...] = COLUMNS
) -> DocumentType:
    """Return the document type in one format; version 2, from 2026-07, has one column more."""
    return DocumentType(
        code=CODE,
        institution="I99",
        family="F99",
        name_ko="시험",
        name_en="test",
        describes="One row is one payment.",
        delivery=delivery,
        encoding=encoding,
        cycle=Cycle.MONTHLY,
        mode=Mode.FULL,
        person_key="national_id",
        corrections=Corrections.REVERSAL_ROWS,
        versions=(
            SchemaVersion(1, dt.date(2010, 1, 4), columns),
            SchemaVersion(2, dt.date(2026, 7, 1), (*columns, ADDED)),
        ),
        legal_basis="법",
        used_for=("income",),
        retention_years=5,
        sensitivity="personal",
        status="modelled",
    )


def name_of(delivery: Delivery, made_at: dt.datetime = MADE_AT) -> DeliveryName:
    return DeliveryName(CODE, "202601", 1, made_at, ENDINGS[delivery])


def _total(version, rows):
    place = [column.canonical for column in version.columns].index("amount")
    amounts = [row[place] for row in rows]
    return sum(int(each) for each in amounts if each and each.strip().lstrip("-").isdigit())


def _write_csv(document, version, rows):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.name for column in version.columns])
    writer.writerows([["" if value is None else value for value in row] for row in rows])
    return text.getvalue().encode(document.encoding.value)


def _write_fixed_width(document, version, rows):
    length = max(1 + sum(column.width for column in version.columns), 48)
    header = f"H{CODE}202601  001{version.number:02d}20260201000000"
    lines = [header.encode().ljust(length)]
    for row in rows:
        line = b"D"
        for column, value in zip(version.columns, row, strict=True):
            field = (value or "").encode(document.encoding.value)
            right = column.format in NUMBERS
            line += field.rjust(column.width) if right else field.ljust(column.width)
        lines.append(line.ljust(length))
    lines.append(f"T{len(rows):010d}{_total(version, rows):20d}".encode().ljust(length))
    return b"".join(line + b"\n" for line in lines)


def _write_xml(document, version, rows):
    encoding = document.encoding.value
    text = f'<?xml version="1.0" encoding="{encoding}"?>\n'
    text += f'<delivery type="{CODE}" period="202601" sequence="001" version="{version.number}"'
    text += f' made_at="20260201000000" rows="{len(rows)}" total="{_total(version, rows)}">\n'
    for row in rows:
        fields = zip(version.columns, row, strict=True)
        text += "<row>"
        text += "".join(f"<{c.name}>{escape(v)}</{c.name}>" for c, v in fields if v is not None)
        text += "</row>\n"
    return (text + "</delivery>\n").encode(encoding)


def _number(column, value):
    if value is None or column.format not in (*NUMBERS, Format.DECIMAL):
        return value
    return float(value) if column.format is Format.DECIMAL else int(value)


def _write_json_lines(document, version, rows):
    lines = [
        {c.name: _number(c, v) for c, v in zip(version.columns, row, strict=True)} for row in rows
    ]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    return text.encode(document.encoding.value)


def _write_parquet(_, version, rows):
    types = {Format.DECIMAL: pa.float64(), **dict.fromkeys(NUMBERS, pa.int64())}
    arrays = {
        column.name: pa.array(
            [_number(column, row[place]) for row in rows], types.get(column.format, pa.string())
        )
        for place, column in enumerate(version.columns)
    }
    metadata = {
        "delivery.type": CODE,
        "delivery.period": "202601",
        "delivery.sequence": "001",
        "delivery.version": str(version.number),
    }
    sink = io.BytesIO()
    pq.write_table(pa.table(arrays).replace_schema_metadata(metadata), sink)
    return sink.getvalue()


_WRITERS = {
    Delivery.CSV: _write_csv,
    Delivery.FIXED_WIDTH: _write_fixed_width,
    Delivery.XML: _write_xml,
    Delivery.JSON_LINES: _write_json_lines,
    Delivery.PARQUET: _write_parquet,
}


def written(document: DocumentType, rows, version: SchemaVersion | None = None) -> bytes:
    """Return the bytes of a delivery of `rows` (a tuple of texts each, None for nothing)."""
    return _WRITERS[document.delivery](document, version or document.versions[0], rows)


def read(document: DocumentType, content: bytes, folder: Path, name: DeliveryName | None = None):
    """Return (opened delivery, its batches) of a file with `content`."""
    path = folder / "archived-under-another-name"
    path.write_bytes(content)
    opened = open_delivery(document, name or name_of(document.delivery), path)
    return opened, list(opened.batches())


def rows_of(batches) -> list[tuple]:
    """Return all rows with their line number last; empty text and nothing are the same."""
    rows = [row for batch in batches for row in batch.frame.rows()]
    return [tuple(None if value == "" else value for value in row) for row in rows]


def rejects_of(batches) -> list[tuple[int, str]]:
    """Return (line, rule) of all rejects."""
    return [(reject.line, reject.rule) for batch in batches for reject in batch.rejects]


class PlainTokeniser:
    """Stands in for the vault: a keyless digest, good enough to compare."""

    def tokens(self, ids: pl.Series) -> pl.Series:
        found = [None if each is None else hashlib.md5(each.encode()).digest() for each in ids]  # noqa: S324
        return pl.Series(ids.name, found, dtype=pl.Binary)


REGION = CodeSet("region", {"national": ("전국", "national")}, is_open=True, pattern="[0-9]{2,5}")
