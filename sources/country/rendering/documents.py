"""One delivery of one document type, from canonical facts to the sender's bytes.

Here: choosing the writer of the type's format and adding up the control total. Never here: which
facts belong in a type (`selection`), wrong values (`sources.country.noise`,
`sources.country.faults`). Next: `sources.country.nights` puts the bytes into folders.
"""

from __future__ import annotations

from hashlib import blake2b

import polars as pl

from hub.catalogue import WON_PER_UNIT, Delivery, DocumentType, SchemaVersion
from hub.delivery import DeliveryName
from sources.country.rendering.fixed_width import write_fixed_width
from sources.country.rendering.parquet import write_parquet
from sources.country.rendering.text_formats import write_csv, write_json_lines, write_xml
from sources.country.rendering.values import round_to_unit, write_values

ENDINGS = {
    Delivery.FIXED_WIDTH: "txt",
    Delivery.CSV: "csv",
    Delivery.XML: "xml",
    Delivery.JSON_LINES: "jsonl",
    Delivery.PARQUET: "parquet",
}

_LINES_BEFORE_FIRST_ROW = {
    Delivery.FIXED_WIDTH: 1,
    Delivery.CSV: 1,
    Delivery.XML: 2,
    Delivery.JSON_LINES: 0,
    Delivery.PARQUET: 0,
}


def first_line(document: DocumentType) -> int:
    """Return the physical line (record number in Parquet) of a delivery's first row."""
    return _LINES_BEFORE_FIRST_ROW[document.delivery] + 1


def _likes_hyphens(document: DocumentType) -> bool:
    """Say whether this sender puts hyphens into numbers (readers must take both)."""
    if document.delivery is Delivery.FIXED_WIDTH:
        return False
    return blake2b(document.code.encode("ascii"), digest_size=1).digest()[0] % 3 == 0


def round_amounts(facts: pl.DataFrame, version: SchemaVersion) -> pl.DataFrame:
    """Return `facts` with each amount cut to the unit in which `version` writes it, in won."""
    coarse = [
        round_to_unit(column)
        for column in version.columns
        if WON_PER_UNIT.get(column.format, 1) > 1 and column.canonical in facts.columns
    ]
    return facts.with_columns(coarse) if coarse else facts


def senders_frame(
    document: DocumentType, version: SchemaVersion, facts: pl.DataFrame
) -> pl.DataFrame:
    """Return what the sender writes of `facts`: numbers as numbers, all else as text."""
    return write_values(version, facts, document.encoding, hyphenate=_likes_hyphens(document))


def control_total(document: DocumentType, version: SchemaVersion, frame: pl.DataFrame) -> int:
    """Return the sum of the amount column of `frame` in the sender's unit; 0 without one."""
    amount = version.by_canonical(document.amount_column) if document.amount_column else None
    return int(frame[amount.name].sum()) if amount is not None else 0


def write_delivery(
    document: DocumentType, version: SchemaVersion, frame: pl.DataFrame, name: DeliveryName
) -> bytes:
    """Return the file of `frame` (see `senders_frame`) in the format of `document`."""
    match document.delivery:
        case Delivery.FIXED_WIDTH:
            total = control_total(document, version, frame)
            return write_fixed_width(frame, version, name, document.encoding, total)
        case Delivery.CSV:
            return write_csv(frame, document.encoding)
        case Delivery.XML:
            total = control_total(document, version, frame)
            return write_xml(frame, version, name, document.encoding, total)
        case Delivery.JSON_LINES:
            return write_json_lines(frame)
        case Delivery.PARQUET:
            return write_parquet(frame, version, name)


def render_document(
    document: DocumentType, version: SchemaVersion, facts: pl.DataFrame, name: DeliveryName
) -> bytes:
    """Return the delivery of `facts` (canonical columns, won) as `document`'s sender writes it.

    Columns that `facts` lack are written as nothing; amounts are cut to the sender's unit.
    """
    frame = senders_frame(document, version, round_amounts(facts, version))
    return write_delivery(document, version, frame, name)
