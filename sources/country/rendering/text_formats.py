"""CSV, XML and JSON-lines deliveries, each written a column at a time.

Here: the frame of each text format. Never here: what is in a cell (`values`), or the readers of
these formats (`sources.readers`), which share no code with their writers so that one mistake
cannot hide in both. Next: the bytes are a file in the landing folder of the simulated country.
"""

from __future__ import annotations

import io

import polars as pl

from hub.catalogue import Encoding, Format, SchemaVersion
from hub.delivery import DeliveryName

_FREE_FORMATS = (Format.TEXT, Format.CODE)
_XML_SPECIALS = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def _encode(content: bytes, encoding: Encoding) -> bytes:
    return content if encoding is Encoding.UTF_8 else content.decode("utf-8").encode(encoding.value)


def write_csv(frame: pl.DataFrame, encoding: Encoding) -> bytes:
    """Return the CSV file of `frame`: a header line, then a line a row."""
    buffer = io.BytesIO()
    frame.write_csv(buffer)
    return _encode(buffer.getvalue(), encoding)


def write_json_lines(frame: pl.DataFrame) -> bytes:
    """Return the JSON-lines file of `frame`: an object a line."""
    buffer = io.BytesIO()
    frame.write_ndjson(buffer)
    return buffer.getvalue()


def _escaped(frame: pl.DataFrame, version: SchemaVersion) -> dict[str, pl.Expr]:
    """Return the cells of each column as element content."""
    texts = [column.name for column in version.columns if column.format in _FREE_FORMATS]
    has_special = pl.col(texts).cast(pl.String).str.contains("[&<>]").any()
    special = frame.select(has_special).row(0, named=True) if texts and frame.height else {}
    cells: dict[str, pl.Expr] = {}
    for column in version.columns:
        cell = pl.col(column.name).cast(pl.String)
        if special.get(column.name):
            cell = cell.str.replace_many(list(_XML_SPECIALS), list(_XML_SPECIALS.values()))
        cells[column.name] = cell.fill_null("")
    return cells


def write_xml(
    frame: pl.DataFrame,
    version: SchemaVersion,
    name: DeliveryName,
    encoding: Encoding,
    total: int,
) -> bytes:
    """Return the XML file of `frame`: one `<row>` a line, an empty element for nothing.

    `total` is the sum of the amount column in the sender's unit, for the root's attribute.
    """
    cells = _escaped(frame, version)
    parts: list[pl.Expr] = []
    before = "<row>"
    for column in version.columns:
        parts += [pl.lit(f"{before}<{column.name}>"), cells[column.name]]
        before = f"</{column.name}>"
    parts.append(pl.lit(f"{before}</row>\n"))
    rows = frame.select(pl.concat_str(parts).str.join("")).item() or ""
    return (
        f'<?xml version="1.0" encoding="{encoding.value.upper()}"?>\n'
        f'<delivery type="{name.document}" period="{name.period}" '
        f'sequence="{name.sequence:03d}" version="{version.number}" '
        f'made_at="{name.made_at:%Y%m%dT%H%M%S}" rows="{frame.height}" total="{total}">\n'
        f"{rows}</delivery>\n"
    ).encode(encoding.value)
