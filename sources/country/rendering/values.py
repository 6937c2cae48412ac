"""Canonical values to what a sender writes in one cell.

Here: one expression a `Format`, over whole columns. Never here: the frame of a file (the writers
beside this module) or the invention of values. Next: `rendering.documents` hands the sender's
frame to a writer.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

import polars as pl

from hub.catalogue import WON_PER_UNIT, Column, Encoding, Format, SchemaVersion

_FIRST_DAY = dt.date(1880, 1, 1)
_LAST_DAY = dt.date(2120, 12, 31)
_PATTERNS = {
    Format.DATE8: "%Y%m%d",
    Format.DATE10: "%Y-%m-%d",
    Format.DATE6: "%y%m%d",
    Format.MONTH6: "%Y%m",
    Format.MONTH7: "%Y-%m",
}
_YES_AND_NO = {Format.YN: ("Y", "N"), Format.B10: ("1", "0"), Format.KO_YN: ("여", "부")}
NUMBERS = frozenset({*WON_PER_UNIT, Format.INT, Format.DECIMAL})
"""Formats written right-aligned in fixed-width files and as numbers in JSON and Parquet."""

# What CP949 surely holds and what `fixed_width` can count the bytes of without encoding.
_OUTSIDE_CP949 = r"[^ -~가-힣]"


@lru_cache(maxsize=8)
def _written_days(form: Format) -> pl.Series:
    days = pl.date_range(_FIRST_DAY, _LAST_DAY, eager=True)
    return days.dt.strftime(_PATTERNS[form])


def _write_days(values: pl.Series, form: Format) -> pl.Series:
    # Looking a day up in a table of all days is ten times faster than formatting it.
    offset = (_FIRST_DAY - dt.date(1970, 1, 1)).days
    table = _written_days(form)
    position = values.cast(pl.Date).cast(pl.Int32) - offset
    within = (position >= 0) & (position < table.len())
    position = position.to_frame("p").select(pl.when(within).then(pl.col("p")).cast(pl.UInt32))["p"]
    return table.gather(position)


def round_to_unit(values: pl.Series, form: Format) -> pl.Series:
    """Return won amounts cut down to the unit that the sender writes in, still in won."""
    unit = WON_PER_UNIT[form]
    amounts = values.cast(pl.Int64)
    return amounts if unit == 1 else (amounts // unit) * unit


def _write_id(values: pl.Series, form: Format, hyphenate: bool) -> pl.Series:
    if form is Format.ID_MASKED:
        return values.str.slice(0, 6) + "-" + values.str.slice(6, 1) + "******"
    return values.str.slice(0, 6) + "-" + values.str.slice(6) if hyphenate else values


def _write_code(values: pl.Series, column: Column) -> pl.Series:
    text = values.cast(pl.String)
    if not column.codes:
        return text
    code_of: dict[str, str] = {}
    for code, word in column.codes.items():
        code_of.setdefault(word, code)
    return text.replace_strict(
        list(code_of), list(code_of.values()), default=None, return_dtype=pl.String
    )


def write_column(
    column: Column, values: pl.Series, encoding: Encoding, *, hyphenate: bool = False
) -> pl.Series:
    """Return `values` as the sender writes them, under the sender's column name.

    Numbers come back as Int64 (amounts in the sender's unit) or Float64, all else as String;
    null is nothing. Amounts must already be whole in the sender's unit (`round_to_unit`).
    """
    form = column.format
    if form in WON_PER_UNIT:
        written = values.cast(pl.Int64) // WON_PER_UNIT[form]
    elif form is Format.INT:
        written = values.cast(pl.Int64)
    elif form is Format.DECIMAL:
        written = values.cast(pl.Float64).round(4)
    elif form in _PATTERNS:
        written = _write_days(values, form)
    elif form is Format.YEAR4:
        written = values.cast(pl.String)
    elif form in _YES_AND_NO:
        yes, no = _YES_AND_NO[form]
        written = values.to_frame("v").select(
            pl.when(pl.col("v")).then(pl.lit(yes)).when(~pl.col("v")).then(pl.lit(no)).alias("v")
        )["v"]
    elif form in (Format.ID13, Format.ID_MASKED):
        written = _write_id(values, form, hyphenate)
    elif form is Format.BRN10 and hyphenate:
        written = values.str.slice(0, 3) + "-" + values.str.slice(3, 2) + "-" + values.str.slice(5)
    elif form is Format.CODE:
        written = _write_code(values, column)
    else:
        written = values.cast(pl.String)
        if encoding is Encoding.CP949 and written.str.contains(_OUTSIDE_CP949).any():
            written = written.str.replace_all(_OUTSIDE_CP949, "?")
    return written.alias(column.name)


def write_values(
    version: SchemaVersion, facts: pl.DataFrame, encoding: Encoding, *, hyphenate: bool = False
) -> pl.DataFrame:
    """Return the sender's frame of `facts`: one column a column of `version`, in its order.

    A canonical column that `facts` lack is written as nothing.
    """
    nothing = pl.Series([None], dtype=pl.String).new_from_index(0, facts.height)
    return pl.DataFrame(
        [
            write_column(
                column,
                facts[column.canonical] if column.canonical in facts.columns else nothing,
                encoding,
                hyphenate=hyphenate,
            )
            for column in version.columns
        ]
    )
