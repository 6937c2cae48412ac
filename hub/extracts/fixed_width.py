"""Fixed-width text in CP949, for ministries whose systems read nothing else.

Here: lines and the layout that describes them. Never here: files. Next:
`warehouse.extract_packages` writes both.

Text is padded with spaces on the right, won on the left; nothing is all spaces. Widths count bytes
(CP949 takes two for a Korean syllable). Every line ends with a line feed; there is no header.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from hub.extracts.deltas import AFTER, BEFORE, OPERATION, as_text

CP949 = "cp949"
_TECHNICAL_WIDTHS = {OPERATION: 1, BEFORE: 32, AFTER: 32}


class FixedWidthError(ValueError):
    """A value does not fit its column; the message names the column, never the value."""


def column_widths(frame: pl.DataFrame, widths: Mapping[str, int]) -> dict[str, int]:
    """Return the width in bytes of every column of `frame`, in order."""
    known = dict(widths) | _TECHNICAL_WIDTHS
    return {name: known[name] for name in frame.columns}


def layout_csv(frame: pl.DataFrame, widths: Mapping[str, int]) -> str:
    """Return the layout as CSV: position (from 1), length in bytes, column, type, alignment."""
    lines = ["position,length,column,type,alignment"]
    position = 1
    for name, width in column_widths(frame, widths).items():
        kind = frame.schema[name]
        word = {pl.Int64: "integer", pl.Date: "date YYYY-MM-DD", pl.Boolean: "true/false"}
        shown = next((text for each, text in word.items() if kind == each), "text")
        side = "right" if kind == pl.Int64 else "left"
        lines.append(f"{position},{width},{name},{shown},{side}")
        position += width
    return "\n".join(lines) + "\n"


def fixed_width_lines(frame: pl.DataFrame, widths: Mapping[str, int]) -> bytes:
    """Return the rows of `frame` as lines of CP949.

    Raises:
        FixedWidthError: a value is too long, holds a line break, or cannot be written in CP949.
    """
    text = as_text(frame).with_columns(pl.all().fill_null(""))
    padded = []
    for name, width in column_widths(frame, widths).items():
        column = pl.col(name)
        # In CP949 every character beyond ASCII takes two bytes.
        room = column.str.len_chars() + column.str.count_matches(r"[^\x00-\x7f]")
        if text.select((room > width).any() | column.str.contains(r"[\r\n]").any()).item():
            raise FixedWidthError(f"column {name}: a value does not fit {width} bytes on a line")
        fill = pl.lit(" ").repeat_by(pl.lit(width) - room).list.join("")
        parts = (fill, column) if frame.schema[name] == pl.Int64 else (column, fill)
        padded.append(pl.concat_str(parts).alias(name))
    lines = text.select(pl.concat_str(padded).alias("line"))["line"]
    return encode_cp949("\n".join([*lines, ""]), frame)


def encode_cp949(text: str, frame: pl.DataFrame) -> bytes:
    """Encode text in CP949.

    Raises:
        FixedWidthError: a character has no place in CP949.
    """
    try:
        return text.encode(CP949)
    except UnicodeEncodeError:
        for name in frame.columns:
            for value in as_text(frame)[name].drop_nulls().unique():
                if not _fits(value):
                    raise FixedWidthError(f"column {name}: a value has no place in CP949") from None
        raise FixedWidthError("a character has no place in CP949") from None


def _fits(value: str) -> bool:
    try:
        value.encode(CP949)
    except UnicodeEncodeError:
        return False
    return True
