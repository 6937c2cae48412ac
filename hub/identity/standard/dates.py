"""Birth dates in any usual form → eight digits, YYYYMMDD.

Here: forms of dates, the order of day and month, eras, piled-up placeholders. Never here: comparing
two dates. Next: `records`.

What a text alone cannot tell, its column tells: whether days or months come first, and whether one
date is written wherever none was known.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from hub.identity.standard.scripts import DIGIT_FORMS

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
    day = pl.col("digits")
    is_told = (
        day.str.contains(r"^[0-9]{8}$")
        & day.str.slice(0, 4).is_between(pl.lit(str(_EARLIEST_YEAR)), pl.lit(str(today.year)))
        & (day <= today.strftime("%Y%m%d"))
        & ~day.str.ends_with("00")
    )
    digits = digits.select(digits=pl.when(is_told).then(day))
    return _without_piles(digits.to_series()).alias("birth_digits")


def _digits_of_text(written: pl.Series, today: dt.date) -> pl.DataFrame:
    texts = pl.DataFrame({"written": written.unique().drop_nulls()}).with_columns(
        text=pl.col("written")
        .str.normalize("NFKC")
        .str.replace_many(DIGIT_FORMS)
        .str.to_uppercase()
    )
    parts = _parts(texts)
    counted = pl.DataFrame({"written": written}).join(parts, on="written", how="left")
    order, compact, century = _column_habits(counted, today)
    read = _read(parts, day_first=order, compact=compact, century=century)
    return counted.select("written").join(
        read.select("written", "digits"), on="written", how="left", maintain_order="left"
    )


def _parts(texts: pl.DataFrame) -> pl.DataFrame:
    """Cut each distinct text into three numbers, or eight digits, as far as its own form tells."""
    text = (
        pl.col("text")
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
    frame = texts.with_columns(text=text)
    word = pl.col("text").str.extract(r"(\p{L}{3,})", 1)
    era = pl.col("text").str.extract(
        r"^(明治|大正|昭和|平成|令和|民國|民国|[MTSHR])\s*[0-9]{1,3}\s*[年.\-/]", 1
    )
    frame = frame.with_columns(
        month_named=word.replace_strict(
            list(_MONTH_NUMBER), list(_MONTH_NUMBER.values()), default=None, return_dtype=pl.String
        ),
        era_start=era.replace_strict(
            list(_ERAS), list(_ERAS.values()), default=None, return_dtype=pl.Int32
        ),
        numbers=pl.col("text").str.extract_all(r"[0-9]+"),
    )
    numbers, count = pl.col("numbers"), pl.col("numbers").list.len()
    one, two, three = (numbers.list.get(place, null_on_oob=True) for place in range(3))
    is_year = {
        name: part.str.len_chars() == 4
        for name, part in (("one", one), ("two", two), ("three", three))
    }
    named = pl.col("month_named").is_not_null() & (count == 2)
    plain = pl.col("month_named").is_null() & (count == 3)
    is_era = pl.col("era_start").is_not_null() & plain
    era_year = (one.cast(pl.Int32, strict=False) + pl.col("era_start")).cast(pl.String)
    has_letters = pl.col("text").str.contains(r"\p{L}")
    is_short = ~has_letters & pl.all_horizontal(
        part.str.len_chars() <= 2 for part in (one, two, three)
    )
    return frame.select(
        "written",
        # A date whose year comes first, or whose month has a name, is told without the column.
        year=pl.when(is_era).then(era_year)
        .when(plain & is_year["one"]).then(one)
        .when(named & is_year["two"]).then(two)
        .when(named & is_year["one"]).then(one)
        .when(plain & is_year["three"]).then(three),
        month=pl.when(is_era | (plain & is_year["one"])).then(two).when(named).then("month_named"),
        day=pl.when(is_era | (plain & is_year["one"])).then(three)
        .when(named & is_year["two"]).then(one)
        .when(named & is_year["one"]).then(two),
        left=pl.when(plain & (is_year["three"] | is_short)).then(one),
        right=pl.when(plain & (is_year["three"] | is_short)).then(two),
        short_year=pl.when(plain & is_short).then(three),
        compact=pl.when((count == 1) & (one.str.len_chars() == 8)
                        & ~pl.col("text").str.contains(r"\p{L}")).then(one),
        short=pl.when(~is_era & ~pl.col("text").str.contains(r"\p{L}")
                      & (count == 1) & (one.str.len_chars() == 6)).then(one),
    )  # fmt: skip


def _number(part: pl.Expr) -> pl.Expr:
    return part.cast(pl.Int32, strict=False)


def _reads(year: pl.Expr, month: pl.Expr, day: pl.Expr, last_year: int) -> pl.Expr:
    return (
        _number(year).is_between(_EARLIEST_YEAR, last_year)
        & _number(month).is_between(1, 12)
        & _number(day).is_between(1, 31)
    ).fill_null(value=False)


def _column_habits(counted: pl.DataFrame, today: dt.date) -> tuple[bool, str, int | None]:
    """Return (days come first, order of eight digits, two-digit years after this are of the 1900s)."""
    left, right = _number(pl.col("left")), _number(pl.col("right"))
    eight = pl.col("compact")
    halves = (eight.str.slice(0, 2), eight.str.slice(2, 2), eight.str.slice(4, 4))
    figures = counted.select(
        day_first=((left > 12) & (right <= 12)).sum(),
        month_first=((right > 12) & (left <= 12)).sum(),
        ymd=_reads(
            eight.str.slice(0, 4), eight.str.slice(4, 2), eight.str.slice(6, 2), today.year
        ).sum(),
        dmy=_reads(halves[2], halves[1], halves[0], today.year).sum(),
        mdy=_reads(halves[2], halves[0], halves[1], today.year).sum(),
        short=pl.any_horizontal(pl.col("short", "short_year").is_not_null()).sum(),
        year_first=(pl.col("short_year").is_not_null() & (left > 31)).sum(),
        present=pl.col("written").is_not_null().sum(),
    ).row(0, named=True)
    compact = max(("ymd", "dmy", "mdy"), key=lambda form: figures[form])
    is_short = figures["short"] * 2 > figures["present"] and not figures["year_first"]
    return (
        figures["day_first"] >= figures["month_first"],
        compact,
        today.year % 100 if is_short else None,
    )


def _read(
    parts: pl.DataFrame, *, day_first: bool, compact: str, century: int | None
) -> pl.DataFrame:
    left, right = pl.col("left"), pl.col("right")
    swap = (_number(right) > 12) if day_first else (_number(left) <= 12) | (_number(right) > 12)
    swap = swap & ~((_number(left) > 12) & (_number(right) <= 12))
    eight = pl.col("compact")
    cut = {
        "ymd": eight,
        "dmy": pl.concat_str(eight.str.slice(4), eight.str.slice(2, 2), eight.str.slice(0, 2)),
        "mdy": pl.concat_str(eight.str.slice(4), eight.str.slice(0, 2), eight.str.slice(2, 2)),
    }[compact]
    short = pl.col("short")
    is_1900s = pl.lit(value=False) if century is None else _number(short.str.slice(0, 2)) > century
    short_year = pl.col("short_year")
    is_past = pl.lit(value=False) if century is None else _number(short_year) > century
    year = pl.coalesce(
        "year", pl.when(is_past).then(pl.concat_str(pl.lit("19"), short_year.str.zfill(2)))
    )
    year = (
        pl.when(_number(year) >= 2400)
        .then((_number(year) - _BUDDHIST_YEARS).cast(pl.String))
        .otherwise(year)
    )
    return parts.with_columns(
        month=pl.coalesce("month", pl.when(swap).then(left).otherwise(right)),
        day=pl.coalesce("day", pl.when(swap).then(right).otherwise(left)),
    ).with_columns(
        digits=pl.when(eight.is_not_null())
        .then(cut)
        .when(is_1900s)
        .then(pl.concat_str(pl.lit("19"), short))
        .otherwise(pl.concat_str(year, pl.col("month").str.zfill(2), pl.col("day").str.zfill(2)))
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
