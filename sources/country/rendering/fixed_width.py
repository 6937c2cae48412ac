"""Fixed-width deliveries: header, data and trailer lines of one byte length.

Here: lines padded and joined a column at a time. Never here: what is in a cell
(`values`). Next: the bytes are a file in the landing folder of the simulated country.
"""

from __future__ import annotations

import polars as pl

from hub.catalogue import Column, Encoding, Format, SchemaVersion
from hub.delivery import DeliveryName
from sources.country.rendering.values import NUMBERS

SHORTEST_LINE = 48
"""Bytes that the trailer needs, whatever the columns."""


def line_length(version: SchemaVersion) -> int:
    """Return the bytes of a line of `version`, without its end."""
    return max(1 + sum(column.width or 0 for column in version.columns), SHORTEST_LINE)


def _length(cell: pl.Expr, encoding: Encoding) -> pl.Expr:
    """Return the bytes of a text in the sender's encoding."""
    in_utf_8 = cell.str.len_bytes().cast(pl.Int64)
    if encoding is Encoding.UTF_8:
        return in_utf_8
    # In the text that `values` lets through, a character is one byte, or Hangul: three bytes of
    # UTF-8 and two of CP949.
    characters = cell.str.len_chars().cast(pl.Int64)
    return characters + (in_utf_8 - characters) // 2


def _cut(cell: pl.Expr, width: int, encoding: Encoding) -> pl.Expr:
    """Return `cell`, where it is too long cut to what surely fits."""
    widest = 2 if encoding is Encoding.CP949 else 4
    is_plain = cell.str.len_bytes() == cell.str.len_chars()
    return (
        pl.when(_length(cell, encoding) <= width)
        .then(cell)
        .when(is_plain)
        .then(cell.str.head(width))
        .otherwise(cell.str.head(width // widest))
    )


def _widths(frame: pl.DataFrame, columns: list[Column], encoding: Encoding) -> dict[str, list[int]]:
    """Return, of the texts of each column, the most bytes and the most bytes beyond characters."""
    if not columns or frame.is_empty():
        return {}
    cells = {column.name: pl.col(column.name) for column in columns}
    longest = [
        _length(cell, encoding).max().fill_null(0).alias(f"{name} most")
        for name, cell in cells.items()
    ]
    beyond = [
        (cell.str.len_bytes() - cell.str.len_chars()).max().fill_null(0).alias(f"{name} extra")
        for name, cell in cells.items()
    ]
    row = frame.select(longest + beyond).row(0, named=True)
    return {name: [row[f"{name} most"], row[f"{name} extra"]] for name in cells}


def _may_be_wide(column: Column) -> bool:
    """Say whether cells of `column` may be too long, or longer in bytes than in characters."""
    if column.format is Format.CODE:
        return not all(code.isascii() for code in column.codes)
    return column.format in (Format.TEXT, Format.KO_YN)


def _padded(column: Column, encoding: Encoding, most: int, extra: int) -> pl.Expr:
    """Return the cells of `column`, as wide in bytes of the encoding as the column.

    `most` and `extra` are the most bytes of a cell, in all and beyond its characters.
    """
    width = column.width or 0
    cell = pl.col(column.name).cast(pl.String).fill_null("")
    if column.format in NUMBERS:
        return cell.str.pad_start(width)
    # A text that is cut is still a text; a number that is cut would be another number.
    cell = _cut(cell, width, encoding) if most > width else cell
    if not extra:
        return cell.str.pad_end(width)
    characters = cell.str.len_chars().cast(pl.Int64)
    return cell.str.pad_end(width - _length(cell, encoding) + characters)


def _line(text: str, length: int) -> bytes:
    return text.ljust(length).encode("ascii") + b"\n"


def _refuse_long_number(frame: pl.DataFrame, version: SchemaVersion) -> None:
    for column in version.columns:
        digits = frame[column.name].cast(pl.String).str.len_bytes().max()
        if column.format in NUMBERS and isinstance(digits, int) and digits > (column.width or 0):
            raise ValueError(f"{column.name}: a number has more than {column.width} digits")
    raise ValueError("a line has another length than its columns")


def write_fixed_width(
    frame: pl.DataFrame,
    version: SchemaVersion,
    name: DeliveryName,
    encoding: Encoding,
    total: int,
) -> bytes:
    """Return the file of `frame`, the sender's frame of `version`.

    `total` is the sum of the amount column in the sender's unit, for the trailer.

    Raises:
        ValueError: a number is too long for its column.
    """
    length = line_length(version)
    texts = [column for column in version.columns if _may_be_wide(column)]
    widths = _widths(frame, texts, encoding)
    parts = [
        _padded(column, encoding, *widths.get(column.name, (0, 0))) for column in version.columns
    ]
    filling = " " * (length - 1 - sum(column.width or 0 for column in version.columns))
    line = pl.concat_str(pl.lit("D"), *parts, pl.lit(filling + "\n"))
    text = frame.select(line.str.join("")).item() if frame.height else ""
    lines: bytes = text.encode(encoding.value)
    if len(lines) != frame.height * (length + 1):
        _refuse_long_number(frame, version)
    header = (
        f"H{name.document:<10}{name.period:<8}{name.sequence:03d}{version.number:02d}"
        f"{name.made_at:%Y%m%d%H%M%S}"
    )
    trailer = f"T{frame.height:010d}{total:>20d}"
    return _line(header, length) + lines + _line(trailer, length)
