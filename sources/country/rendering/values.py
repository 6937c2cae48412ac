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
_EPOCH = dt.date(1970, 1, 1)
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


def _write_days(values: pl.Expr, form: Format) -> pl.Expr:
    # Looking a day up in a table of all days is ten times faster than formatting it.
    table = _written_days(form)
    position = values.cast(pl.Date).cast(pl.Int32) - (_FIRST_DAY - _EPOCH).days
    within = pl.when((position >= 0) & (position < table.len())).then(position)
    return pl.lit(table).gather(within.cast(pl.UInt32))


def round_to_unit(column: Column) -> pl.Expr:
    """Return won amounts of `column` cut to the unit that the sender writes in, still in won."""
    unit = WON_PER_UNIT[column.format]
    amounts = pl.col(column.canonical).cast(pl.Int64)
    return amounts if unit == 1 else (amounts // unit) * unit


def _write_id(values: pl.Expr, form: Format, *, hyphenate: bool) -> pl.Expr:
    if form is Format.ID_MASKED:
        return pl.concat_str(
            values.str.slice(0, 6), pl.lit("-"), values.str.slice(6, 1), pl.lit("******")
        )
    if not hyphenate:
        return values
    return pl.concat_str(values.str.slice(0, 6), pl.lit("-"), values.str.slice(6))


def _write_business_number(values: pl.Expr, *, hyphenate: bool) -> pl.Expr:
    if not hyphenate:
        return values
    parts = (values.str.slice(0, 3), values.str.slice(3, 2), values.str.slice(5))
    return pl.concat_str(*parts, separator="-")


def _write_code(values: pl.Expr, column: Column) -> pl.Expr:
    if not column.codes:
        return values.cast(pl.String)
    code_of: dict[str, str] = {}
    for code, word in column.codes.items():
        code_of.setdefault(word, code)
    return values.cast(pl.String).replace_strict(
        list(code_of), list(code_of.values()), default=None, return_dtype=pl.String
    )


def _write_flag(values: pl.Expr, form: Format) -> pl.Expr:
    yes, no = _YES_AND_NO[form]
    return pl.when(values).then(pl.lit(yes)).when(~values).then(pl.lit(no))


def _write_text(values: pl.Expr, encoding: Encoding) -> pl.Expr:
    text = values.cast(pl.String)
    return text.str.replace_all(_OUTSIDE_CP949, "?") if encoding is Encoding.CP949 else text


def _written_type(form: Format) -> pl.DataType:
    if form is Format.DECIMAL:
        return pl.Float64()
    return pl.Int64() if form in NUMBERS else pl.String()


def write_column(column: Column, encoding: Encoding, *, hyphenate: bool = False) -> pl.Expr:
    """Return the values of `column`'s canonical column as the sender writes them, under its name.

    Numbers come out as Int64 (amounts in the sender's unit) or Float64, all else as String; null
    is nothing. Amounts must already be whole in the sender's unit (`round_to_unit`).
    """
    form = column.format
    values = pl.col(column.canonical)
    if form in WON_PER_UNIT:
        written = values.cast(pl.Int64) // WON_PER_UNIT[form]
    elif form is Format.INT:
        written = values.cast(pl.Int64)
    elif form is Format.DECIMAL:
        written = values.cast(pl.Float64).round(4)
    elif form in _PATTERNS:
        written = _write_days(values, form)
    elif form in _YES_AND_NO:
        written = _write_flag(values, form)
    elif form in (Format.ID13, Format.ID_MASKED):
        written = _write_id(values, form, hyphenate=hyphenate)
    elif form is Format.BRN10:
        written = _write_business_number(values, hyphenate=hyphenate)
    elif form is Format.CODE:
        written = _write_code(values, column)
    else:
        written = _write_text(values, encoding)
    return written.alias(column.name)


def write_values(
    version: SchemaVersion, facts: pl.DataFrame, encoding: Encoding, *, hyphenate: bool = False
) -> pl.DataFrame:
    """Return the sender's frame of `facts`: one column a column of `version`, in its order.

    A canonical column that `facts` lack is written as nothing.
    """
    return facts.select(
        write_column(column, encoding, hyphenate=hyphenate)
        if column.canonical in facts.columns
        else pl.repeat(None, facts.height, dtype=_written_type(column.format)).alias(column.name)
        for column in version.columns
    )
