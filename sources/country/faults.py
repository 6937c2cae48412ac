"""What goes wrong with rows and files: bad rows, and deliveries that must be stopped whole.

Here: breaking one cell or line of an added row, and damaging whole files, each with the rule by
which the hub should refuse it. Never here: wrong but well-formed values (`noise`). Next: the
files lie among the others; what was planted is written to the truth.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from hub.catalogue import Column, Delivery, DocumentType, Encoding, Format, Kind, SchemaVersion
from hub.delivery import DeliveryName
from sources.country.rendering.draws import number_of

ONE_IN_TYPES = 6
"""One document type in so many has bad rows."""
ROWS_PER_BAD_ROW = 100
MOST_BAD_ROWS = 12
GIANT_LINE_BYTES = 8 * 1024 * 1024

_CUT_BYTES = 5
_BAD_DATES = {
    Format.DATE8: "20261332", Format.DATE10: "2026-13-32", Format.DATE6: "261332",
    Format.MONTH6: "202613", Format.MONTH7: "2026-13",
}  # fmt: skip
_BAD_CODES = ("X", "Z", "#", "Q7", "~")
_TEXT_FORMATS = (Delivery.CSV, Delivery.XML, Delivery.FIXED_WIDTH, Delivery.JSON_LINES)


@dataclass(frozen=True, slots=True)
class BadRow:
    """One planted bad row: where it is and by which rule it should be quarantined."""

    row: int
    """Position among the delivery's rows, from 0."""
    column: str | None
    rule: str


def _bad_values(document: DocumentType, version: SchemaVersion) -> list[tuple[Column, str, str]]:
    """Return what can be broken in a row: (column, wrong value or empty, rule)."""
    found: list[tuple[Column, str, str]] = []
    for column in version.columns:
        if column.format is Format.CODE and column.codes:
            width = column.width or 2
            wrong = [code for code in _BAD_CODES if code not in column.codes and len(code) <= width]
            if wrong:
                found.append((column, wrong[0], "code_unknown"))
        elif column.format in _BAD_DATES:
            rule = "month_invalid" if column.kind is Kind.MONTH else "date_invalid"
            found.append((column, _BAD_DATES[column.format], rule))
        elif column.format is Format.ID13:
            found.append((column, "90010112345X7", "id_malformed"))
        if column.required:
            found.append((column, "", "required_missing"))
        if document.delivery is Delivery.CSV and column.kind is Kind.KRW:
            found.append((column, "12A4", "amount_invalid"))
    return found


def has_bad_rows(document: DocumentType, seed: int) -> bool:
    """Say whether the sender of `document` sends bad rows in this country."""
    return (
        document.delivery in _TEXT_FORMATS
        and number_of(seed, "bad rows", document.code) % ONE_IN_TYPES == 0
    )


def plant_bad_rows(
    document: DocumentType, version: SchemaVersion, frame: pl.DataFrame, seed: int
) -> tuple[pl.DataFrame, list[BadRow]]:
    """Return the sender's `frame` with bad rows behind it, and what is wrong with each.

    Bad rows are copies of good ones with one cell broken, at most one in
    `ROWS_PER_BAD_ROW`; good rows stay where they are.
    """
    kinds = _bad_values(document, version)
    count = min(frame.height // ROWS_PER_BAD_ROW, MOST_BAD_ROWS)
    if not kinds or not count:
        return frame, []
    copies: list[pl.DataFrame] = []
    planted: list[BadRow] = []
    for number in range(count):
        lot = number_of(seed, document.code, version.number, "bad row", number)
        column, value, rule = kinds[lot % len(kinds)]
        copy = frame[lot // 97 % frame.height].with_columns(
            pl.lit(value or None, dtype=pl.String).alias(column.name)
        )
        copies.append(copy)
        planted.append(BadRow(frame.height + number, column.name, rule))
    bad = pl.concat(copies, how="vertical_relaxed")
    return pl.concat([frame, bad], how="vertical_relaxed"), planted


def can_shorten(document: DocumentType, frame: pl.DataFrame) -> bool:
    """Say whether a line can lose its end without a control total losing an amount."""
    return (
        document.delivery is Delivery.FIXED_WIDTH
        and document.amount_column is None
        and frame.height >= ROWS_PER_BAD_ROW
    )


def shorten_last_row(content: bytes) -> bytes:
    """Return a fixed-width file whose last data line has lost its last bytes."""
    trailer = content.rindex(b"\nT")
    return content[: trailer - _CUT_BYTES] + content[trailer:]


@dataclass(frozen=True, slots=True)
class HostileDelivery:
    """A whole file that the hub must refuse, and the rule by which."""

    institution: str
    file_name: str
    content: bytes
    rule: str


def _example(
    documents: Sequence[tuple[DocumentType, bytes]],
    delivery: Delivery,
    encoding: Encoding | None = None,
) -> tuple[DocumentType, bytes] | None:
    return next(
        (
            (document, content)
            for document, content in documents
            if document.delivery is delivery and (encoding is None or document.encoding is encoding)
        ),
        None,
    )


def _named(document: DocumentType, sequence: int, made_at: dt.datetime, ending: str) -> str:
    period = f"{made_at:%Y%m%d}"
    return str(DeliveryName(document.code, period, sequence, made_at, ending))


def _with_header(
    document: DocumentType, sequence: int, made_at: dt.datetime, content: bytes
) -> bytes:
    """Return a fixed-width file with the header of the damaged delivery, version kept."""
    header = f"H{document.code:<10}{made_at:%Y%m%d}{sequence:03d}".encode("ascii")
    version = content[len(header) : len(header) + 2]
    stamp = f"{made_at:%Y%m%d%H%M%S}".encode("ascii")
    return header + version + stamp + content[len(header) + 2 + len(stamp) :]


def _entity_bomb(document: DocumentType, period: str) -> bytes:
    levels = "".join(f'<!ENTITY e{level} "{f"&e{level - 1};" * 10}">' for level in range(1, 9))
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE delivery [<!ENTITY e0 "ha">{levels}]>\n'
        f'<delivery type="{document.code}" period="{period}" sequence="906" version="1" '
        f'made_at="{period}T010000" rows="1" total="0">\n<row><x>&e8;</x></row>\n</delivery>\n'
    ).encode()


def hostile_deliveries(
    documents: Sequence[tuple[DocumentType, bytes]],
    made_at: dt.datetime,
    *,
    few: bool = False,
    giant_line_bytes: int = GIANT_LINE_BYTES,
) -> list[HostileDelivery]:
    """Return one damaged file of each kind, made from sound ones.

    `documents` are sound deliveries with their bytes; the first fitting one is damaged. With
    `few`, only the damage of ordinary nights: cut off, miscounted, of an unknown type.
    """
    found: list[HostileDelivery] = []

    def add(document: DocumentType, sequence: int, ending: str, content: bytes, rule: str) -> None:
        name = _named(document, sequence, made_at, ending)
        found.append(HostileDelivery(document.institution, name, content, rule))

    if (fixed := _example(documents, Delivery.FIXED_WIDTH)) is not None:
        document, content = fixed
        cut = _with_header(document, 901, made_at, content[: len(content) * 3 // 5])
        add(document, 901, "txt", cut, "truncated")
        trailer = content.rindex(b"\nT") + 2
        counted = f"{int(content[trailer : trailer + 10]) + 7:010d}".encode("ascii")
        miscounted = content[:trailer] + counted + content[trailer + 10 :]
        miscounted = _with_header(document, 902, made_at, miscounted)
        add(document, 902, "txt", miscounted, "trailer_count_mismatch")
    if (csv := _example(documents, Delivery.CSV)) is not None:
        document, content = csv
        stranger = _named(document, 903, made_at, "csv").replace(document.code, "I99-F99-99")
        found.append(
            HostileDelivery(document.institution, stranger, content, "document_type_unknown")
        )
    if few:
        return found
    if (csv := _example(documents, Delivery.CSV, Encoding.UTF_8)) is not None:
        document, content = csv
        header, _, rest = content.partition(b"\n")
        add(document, 904, "csv", content.decode("utf-8").encode("cp949"), "wrong_encoding")
        renamed = header.replace(b",", b"_new,", 1) + b",surprise"
        add(document, 905, "csv", renamed + b"\n" + rest, "schema_unknown")
        giant = b"9" * giant_line_bytes
        add(document, 907, "csv", header + b"\n" + giant + b"\n", "line_too_long")
        add(document, 908, "csv", b"", "empty_file")
        found.append(
            HostileDelivery(
                document.institution, "monthly report final.csv", content, "file_name_invalid"
            )
        )
    if (xml := _example(documents, Delivery.XML)) is not None:
        document, _ = xml
        add(
            document,
            906,
            "xml",
            _entity_bomb(document, f"{made_at:%Y%m%d}"),
            "xml_declaration_forbidden",
        )
    if (lines := _example(documents, Delivery.JSON_LINES)) is not None:
        document, content = lines
        add(document, 909, "jsonl", content[: len(content) // 2].rstrip(b"}\n"), "truncated")
    return found


def choose(count: int, among: int, *words: object) -> list[int]:
    """Return `count` different positions below `among`, drawn for `words`."""
    lots = np.array([number_of(*words, position) for position in range(among)], dtype=np.uint64)
    return sorted(int(position) for position in np.argsort(lots, kind="stable")[:count])
