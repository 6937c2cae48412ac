"""Birth dates in any usual form → eight digits, YYYYMMDD.

Here: forms of dates, the order of day and month, eras, piled-up placeholders. Never here: comparing
two dates. Next: `records`.

What a text alone cannot tell, its column tells: whether days or months come first, and whether one
date is written wherever none was known.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache

import polars as pl

from hub.identity.standard.expressions import (
    Expression,
    all_horizontal,
    any_horizontal,
    coalesce,
    col,
    concat_str,
    lit,
    when,
)
from hub.identity.standard.scripts import DIGIT_FORMS
from hub.identity.standard.steps import Steps

_MONTHS = (
    "JAN JANUARY JANUAR JANVIER ENERO GENNAIO JANEIRO ЯНВАРЯ",
    "FEB FEBRUARY FEBRUAR FEVRIER FEBRERO FEBBRAIO FEVEREIRO ФЕВРАЛЯ",
    "MAR MARCH MARZ MARS MARZO MARCO MRZ МАРТА",
    "APR APRIL AVRIL ABRIL APRILE АПРЕЛЯ",
    "MAY MAI MAYO MAGGIO MAIO МАЯ",
    "JUN JUNE JUNI JUIN JUNIO GIUGNO JUNHO ИЮНЯ",
    "JUL JULY JULI JUILLET JULIO LUGLIO JULHO ИЮЛЯ",
    "AUG AUGUST AOUT AGOSTO АВГУСТА",
    "SEP SEPT SEPTEMBER SEPTEMBRE SEPTIEMBRE SETTEMBRE SETEMBRO СЕНТЯБРЯ",
    "OCT OKT OCTOBER OKTOBER OCTOBRE OCTUBRE OTTOBRE OUTUBRO ОКТЯБРЯ",
    "NOV NOVEMBER NOVEMBRE NOVIEMBRE NOVEMBRO НОЯБРЯ",
    "DEC DEZ DECEMBER DEZEMBER DECEMBRE DICIEMBRE DICEMBRE DEZEMBRO ДЕКАБРЯ",
)
_MONTH_NUMBER = {
    word: f"{number:02d}" for number, words in enumerate(_MONTHS, 1) for word in words.split()
}
_ERAS = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018, "民國": 1911, "民国": 1911,
         "M": 1867, "T": 1911, "S": 1925, "H": 1988, "R": 2018}  # fmt: skip
_EARLIEST_YEAR = 1850
_BUDDHIST_YEARS = 543
_PILE_SHARE = 0.02
_PILE_TIMES_MEDIAN = 20
_PLACEHOLDER_DAYS = ("18991230", "18991231", "19000102", "19111111", "19990909", "20000229")


def standardise_birth_dates(written: pl.Series, *, as_of: dt.date | None = None) -> pl.Series:
    """Return YYYYMMDD for each value of the column `written`; null where it tells no day.

    Args:
        written: dates, datetimes, integers or text. A text may be YYYYMMDD, ISO 8601, with dots,
            slashes or hyphens, with 년/年 marks, with month names, or in a Japanese era.
        as_of: later dates are not believed; by default today.

    A day that no calendar has keeps its digits (19450231): it may be one digit off. Where two readings
    are possible (03/04/1980, 03041980) the column decides: the order that more of its values can
    only be read in; day first if none shows. A year of two digits is refused, unless most of
    the column is written so; then a year later than the current one's two digits is of the 1900s,
    and others stay refused. A 1 January, or another usual filler, that makes more than 2 % of the column
    and more than 20 times its median day is a placeholder.
    """
    today = as_of or dt.datetime.now(tz=dt.UTC).date()
    if isinstance(written.dtype, pl.Date | pl.Datetime):
        digits = pl.DataFrame({"digits": written.dt.strftime("%Y%m%d")})
    else:
        digits = _digits_of_text(written.cast(pl.String), today)
    told = _belief(today).on_columns(digits)["digits"]
    return _without_piles(told).alias("birth_digits")


def standardise_birth_date(written: dt.date | str, *, as_of: dt.date | None = None) -> str | None:
    """Return what `standardise_birth_dates` returns for a column that holds nothing else."""
    today = as_of or dt.datetime.now(tz=dt.UTC).date()
    if isinstance(written, dt.date):
        digits: str | None = f"{written:%Y%m%d}"
    else:
        row = _PARTS.on_record({"written": written})
        figures = {
            name: int(bool(figure))
            for name, figure in _habits(today.year).on_record(row).items()
            if name in HABITS
        }
        digits = _read(*_column_habits(figures, today)).on_record(row)["digits"]
    # One date alone is no pile.
    told: str | None = _belief(today).on_record({"digits": digits})["digits"]
    return told


@cache
def _belief(today: dt.date) -> Steps:
    day = col("digits")
    is_told = (
        day.str.contains(r"^[0-9]{8}$")
        & day.str.slice(0, 4).is_between(lit(str(_EARLIEST_YEAR)), lit(str(today.year)))
        & (day <= lit(today.strftime("%Y%m%d")))
        & ~day.str.ends_with("00")
    )
    return Steps({"digits": when(is_told).then(day)})


def _digits_of_text(written: pl.Series, today: dt.date) -> pl.DataFrame:
    parts = _PARTS.on_columns(pl.DataFrame({"written": written.unique().drop_nulls()}))
    parts = parts.drop("text", "numbers")
    counted = pl.DataFrame({"written": written}).join(parts, on="written", how="left")
    figures = _habits(today.year).on_columns(counted).select(pl.col(HABITS).sum())
    read = _read(*_column_habits(figures.row(0, named=True), today)).on_columns(parts)
    return counted.select("written").join(
        read.select("written", "digits"), on="written", how="left", maintain_order="left"
    )


def _parts() -> Steps:
    """Cut each distinct text into three numbers, or eight digits, as far as its own form tells."""
    text = (
        col("written")
        .str.normalize("NFKC")
        .str.replace_many(DIGIT_FORMS)
        .str.to_uppercase()
        .str.strip_chars()
        .str.replace(r"[T\s]+[0-9]{1,2}:[0-9]{2}.*$", "")
        .str.replace(r"^([0-9]{8})(?:\.0+|[0-9]{6})$", "$1")
        .str.replace(r"(?:BC|AD|Г\.?|생|生|DOB:?)$", "")
        .str.normalize("NFKD")
        .str.replace_all(r"[\x{0300}-\x{036F}]", "")
        .str.normalize("NFC")
        .str.replace_all(r"元年", "1年")
        .str.replace_all(r"\b([0-9]{1,2})(?:ST|ND|RD|TH)\b", "$1")
    )
    word = col("text").str.extract(r"(\p{L}{3,})", 1)
    era = col("text").str.extract(
        r"^(明治|大正|昭和|平成|令和|民國|民国|[MTSHR])\s*[0-9]{1,3}\s*[年.\-/]", 1
    )
    told = {
        "month_named": word.replace_strict(_MONTH_NUMBER, return_dtype=pl.String),
        "era_start": era.replace_strict(_ERAS, return_dtype=pl.Int32),
        "numbers": col("text").str.extract_all(r"[0-9]+"),
    }
    numbers, count = col("numbers"), col("numbers").list.len()
    one, two, three = (numbers.list.get(place, null_on_oob=True) for place in range(3))
    is_year = {
        name: part.str.len_chars() == 4
        for name, part in (("one", one), ("two", two), ("three", three))
    }
    named = col("month_named").is_not_null() & (count == 2)
    plain = col("month_named").is_null() & (count == 3)
    is_era = col("era_start").is_not_null() & plain
    era_year = (one.cast(pl.Int32, strict=False) + col("era_start")).cast(pl.String)
    has_letters = col("text").str.contains(r"\p{L}")
    is_short = ~has_letters & all_horizontal(
        *(part.str.len_chars() <= 2 for part in (one, two, three))
    )
    cut = {
        # A date whose year comes first, or whose month has a name, is told without the column.
        "year": when(is_era).then(era_year)
        .when(plain & is_year["one"]).then(one)
        .when(named & is_year["two"]).then(two)
        .when(named & is_year["one"]).then(one)
        .when(plain & is_year["three"]).then(three),
        "month": when(is_era | (plain & is_year["one"])).then(two).when(named).then("month_named"),
        "day": when(is_era | (plain & is_year["one"])).then(three)
        .when(named & is_year["two"]).then(one)
        .when(named & is_year["one"]).then(two),
        "left": when(plain & (is_year["three"] | is_short)).then(one),
        "right": when(plain & (is_year["three"] | is_short)).then(two),
        "short_year": when(plain & is_short).then(three),
        "compact": when((count == 1) & (one.str.len_chars() == 8)
                        & ~col("text").str.contains(r"\p{L}")).then(one),
        "short": when(~is_era & ~col("text").str.contains(r"\p{L}")
                      & (count == 1) & (one.str.len_chars() == 6)).then(one),
    }  # fmt: skip
    return Steps({"text": text}, told, cut)


_PARTS = _parts()


def _number(part: Expression) -> Expression:
    return part.cast(pl.Int32, strict=False)


def _reads(year: Expression, month: Expression, day: Expression, last_year: int) -> Expression:
    return (
        _number(year).is_between(_EARLIEST_YEAR, last_year)
        & _number(month).is_between(1, 12)
        & _number(day).is_between(1, 31)
    ).fill_null(value=False)


HABITS = (
    "day_first", "month_first", "ymd", "dmy", "mdy", "is_short", "year_first", "is_present"
)  # fmt: skip
"""What each value says of its column's habits; they are counted."""


@cache
def _habits(last_year: int) -> Steps:
    left, right = _number(col("left")), _number(col("right"))
    eight = col("compact")
    halves = (eight.str.slice(0, 2), eight.str.slice(2, 2), eight.str.slice(4, 4))
    return Steps(
        {
            "day_first": (left > 12) & (right <= 12),
            "month_first": (right > 12) & (left <= 12),
            "ymd": _reads(
                eight.str.slice(0, 4), eight.str.slice(4, 2), eight.str.slice(6, 2), last_year
            ),
            "dmy": _reads(halves[2], halves[1], halves[0], last_year),
            "mdy": _reads(halves[2], halves[0], halves[1], last_year),
            "is_short": any_horizontal(col("short").is_not_null(), col("short_year").is_not_null()),
            "year_first": col("short_year").is_not_null() & (left > 31),
            "is_present": col("written").is_not_null(),
        }
    )


def _column_habits(figures: Mapping[str, int], today: dt.date) -> tuple[bool, str, int | None]:
    """Return (days come first, order of eight digits, two-digit years after this are of the 1900s)."""
    compact = max(("ymd", "dmy", "mdy"), key=lambda form: figures[form])
    is_short = figures["is_short"] * 2 > figures["is_present"] and not figures["year_first"]
    return (
        figures["day_first"] >= figures["month_first"],
        compact,
        today.year % 100 if is_short else None,
    )


@cache
def _read(day_first: bool, compact: str, century: int | None) -> Steps:
    """Return how the parts are read in a column of these habits."""
    left, right = col("left"), col("right")
    swap = (_number(right) > 12) if day_first else (_number(left) <= 12) | (_number(right) > 12)
    swap = swap & ~((_number(left) > 12) & (_number(right) <= 12))
    eight = col("compact")
    cut = {
        "ymd": eight,
        "dmy": concat_str(eight.str.slice(4), eight.str.slice(2, 2), eight.str.slice(0, 2)),
        "mdy": concat_str(eight.str.slice(4), eight.str.slice(0, 2), eight.str.slice(2, 2)),
    }[compact]
    short = col("short")
    is_1900s = lit(False) if century is None else _number(short.str.slice(0, 2)) > century
    short_year = col("short_year")
    is_past = lit(False) if century is None else _number(short_year) > century
    year = coalesce("year", when(is_past).then(concat_str(lit("19"), short_year.str.zfill(2))))
    year = (
        when(_number(year) >= 2400)
        .then((_number(year) - _BUDDHIST_YEARS).cast(pl.String))
        .otherwise(year)
    )
    return Steps(
        {
            "month": coalesce("month", when(swap).then(left).otherwise(right)),
            "day": coalesce("day", when(swap).then(right).otherwise(left)),
        },
        {
            "digits": when(eight.is_not_null())
            .then(cut)
            .when(is_1900s)
            .then(concat_str(lit("19"), short))
            .otherwise(concat_str(year, col("month").str.zfill(2), col("day").str.zfill(2)))
        },
    )


def _without_piles(digits: pl.Series) -> pl.Series:
    counts = digits.drop_nulls().value_counts(name="records")
    if counts.is_empty():
        return digits
    day = pl.col(digits.name)
    piles = counts.filter(
        (day.str.ends_with("0101") | day.is_in(list(_PLACEHOLDER_DAYS)))
        & (pl.col("records") > _PILE_SHARE * digits.len())
        & (pl.col("records") > _PILE_TIMES_MEDIAN * pl.col("records").median())
    )[digits.name]
    frame = pl.DataFrame({"digits": digits})
    return frame.select(
        pl.when(~pl.col("digits").is_in(piles.to_list())).then("digits")
    ).to_series()
