"""Phone numbers of any country made comparable: the national number, digits only.

Here: country prefixes, trunk zeros, extensions and placeholders. Never here: whether a line exists.
Next: `records`.

`phonenumbers` is not used: it is per-number Python, needs to be told a country, and returns nothing
for numbers with a wrong digit, which must still be comparable.
"""

from __future__ import annotations

import polars as pl

from hub.identity.standard.expressions import (
    Expression,
    any_horizontal,
    col,
    lit,
    max_horizontal,
    when,
)
from hub.identity.standard.scripts import DIGIT_FORMS
from hub.identity.standard.steps import Steps

# Country codes by their first digits (ITU-T E.164 assignments).
_COUNTRY = (
    r"^(?:1|7|2[07]|2[1-69][0-9]|3[0-469]|3[578][0-9]|4[013-9]|42[0-9]|5[1-8]|5[09][0-9]|6[0-6]|6[7-9][0-9]"
    r"|8[1246]|8[0578][0-9]|9[0-58]|9[679][0-9])"
)
_LEAST_DIGITS, _MOST_DIGITS = 7, 13
_COUNTING = ("0123456789012", "9876543210987", "1234512345")
_USUAL_SHARE = 0.05


def standardise_phones(written: pl.Series) -> pl.Series:
    """Return the national number of each phone; null where there is none or a placeholder.

    `+82 10 1234 5678`, `82-10-1234-5678` and `010-1234-5678` agree. A country code without a plus
    is recognised for Korea and North America by its form, and for another country when the column
    has numbers of that country with a plus and what follows has the length of its national numbers.
    """
    frame = _READING.on_columns(pl.DataFrame({"written": written.cast(pl.String)}))
    frame = frame.with_columns(national=_without_usual_country(frame))
    return _CHECKING.on_columns(frame)["phone"]


def standardise_phone(written: str) -> str | None:
    """Return what `standardise_phones` returns for a column that holds nothing else."""
    # A column of one number has no usual country for others.
    phone: str | None = _CHECKING.on_record(_READING.on_record({"written": written}))["phone"]
    return phone


def _reading() -> Steps:
    text = col("written").str.normalize("NFKC").str.replace_many(DIGIT_FORMS)
    text = text.str.replace(r"\.0+$", "").str.replace(
        r"(?i)\s*(?:ext\.?|extension|x|내선|#|doorkies)\s*[0-9]{1,5}\s*$", ""
    )
    first = text.str.extract(r"^([^/;,|]*[0-9][^/;,|]*)", 1)
    is_masked = text.str.contains(r"[*●○?]|[0-9-][xX]{2,}")
    national = (
        when("is_international")
        .then(col("digits").str.replace(_COUNTRY, ""))
        .otherwise(
            col("digits").str.replace(
                r"^82(0?(?:1[016-9][0-9]{7,8}|70[0-9]{8}|2[0-9]{7,8}|[3-6][1-5][0-9]{7,8}))$", "$1"
            )
        )
    )
    return Steps(
        {"first": when(~is_masked).then(first)},
        {
            "is_international": col("first").str.contains(r"^\s*\(?\s*(?:\+|00[1-9])"),
            "digits": col("first").str.replace_all(r"\(0\)|[^0-9]", ""),
        },
        {"digits": col("digits").str.strip_chars_start("0")},
        {
            "country": when("is_international").then(col("digits").str.extract(f"({_COUNTRY})", 1)),
            "national": national.str.strip_chars_start("0"),
        },
    )


def _without_usual_country(frame: pl.DataFrame) -> pl.Series:
    """Strip the column's usual country code from numbers that lack the plus."""
    national = frame["national"]
    countries = frame["country"].drop_nulls()
    if countries.is_empty():
        return national
    country = countries.value_counts().sort(["count", "country"], descending=[True, False])
    code = country["country"][0]
    lengths = (
        frame.filter((pl.col("country") == code) & (pl.col("national").str.len_chars() > 0))
        .select(length=pl.col("national").str.len_chars())
        .to_series()
        .value_counts(normalize=True)
        .filter(pl.col("proportion") >= _USUAL_SHARE)["length"]
    )
    rest = pl.col("national").str.strip_prefix(code).str.strip_chars_start("0")
    is_usual = (
        ~pl.col("is_international")
        & pl.col("national").str.starts_with(code)
        & rest.str.len_chars().is_in(lengths.to_list())
        & ~pl.col("national").str.len_chars().is_in(lengths.to_list())
    )
    return frame.select(pl.when(is_usual).then(rest).otherwise("national")).to_series()


def _is_usable(phone: Expression) -> Expression:
    length = phone.str.len_chars()
    most = max_horizontal(
        *(phone.str.count_matches(str(digit), literal=True) for digit in range(10))
    )
    counts = any_horizontal(*(lit(run).str.contains(phone, literal=True) for run in _COUNTING))
    return (
        length.is_between(_LEAST_DIGITS, _MOST_DIGITS)
        & (length - most > 2)
        & ~counts.fill_null(value=False)
    )


_READING = _reading()
_CHECKING = Steps(
    {"phone": col("national").str.strip_chars_start("0").str.replace(r"^1([2-9][0-9]{9})$", "$1")},
    {"phone": when(_is_usable(col("phone"))).then("phone")},
)
