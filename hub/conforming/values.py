"""One expression a format: the sender's text to a typed value, null where it is malformed.

Here: the formats of values, and the rule each breaks. Never here: rows, quarantine or blanks
(`hub.conforming.conformer`). Next: the conformer compiles these for the columns of a type.

All expressions take text without spaces around it; a null is a blank or a broken rule, which the
conformer tells apart.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from hub.catalogue import WON_PER_UNIT, CodeSet, Format
from hub.conforming.calendar import FIRST_YEAR, LAST_YEAR, day_of_number

LARGEST_INTEGER = 2**63 - 1
LATEST_TWO_DIGIT_YEAR = 2069
"""Two-digit years mean 1970 to 2069; birth dates have a rule of their own."""
_HYPHEN = ord("-")
_BIRTH_CENTURY = pl.Series([18, 19, 19, 20, 20, 19, 19, 20, 20, 18], dtype=pl.Int32) * 1_000_000
"""By the ID's seventh digit (5 to 8: registered foreigners)."""
_SEX = pl.Series(["female", "male"])
_MASKED = r"^[0-9]{6}-?[0-9]\*{6}$"
_DECIMAL = r"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)$"


@dataclass(frozen=True, slots=True)
class Rule:
    """What a value of a format must be."""

    code: str
    detail: str
    """What was expected, in words that hold no value."""


RULES: Mapping[Format, Rule] = {
    Format.CODE: Rule("code_unknown", "expected a code of the column's list"),
    Format.TEXT: Rule("code_malformed", "expected a word, or the form, of the column's list"),
    Format.ID13: Rule("id_malformed", "expected 13 digits that hold a birth date"),
    Format.ID_MASKED: Rule("mask_malformed", "expected six digits, a hyphen, a digit, six stars"),
    Format.DATE8: Rule("date_invalid", "expected a day as YYYYMMDD"),
    Format.DATE10: Rule("date_invalid", "expected a day as YYYY-MM-DD"),
    Format.DATE6: Rule("date_invalid", "expected a day as YYMMDD"),
    Format.MONTH6: Rule("month_invalid", "expected a month as YYYYMM"),
    Format.MONTH7: Rule("month_invalid", "expected a month as YYYY-MM"),
    Format.YEAR4: Rule("year_invalid", "expected a year as YYYY"),
    Format.WON: Rule("amount_invalid", "expected a whole number of won"),
    Format.THOUSAND_WON: Rule("amount_invalid", "expected a whole number of thousand won"),
    Format.TEN_THOUSAND_WON: Rule("amount_invalid", "expected a whole number of ten thousand won"),
    Format.INT: Rule("int_invalid", "expected a whole number"),
    Format.DECIMAL: Rule("decimal_invalid", "expected a decimal number with a point"),
    Format.YN: Rule("boolean_invalid", "expected Y or N"),
    Format.B10: Rule("boolean_invalid", "expected 1 or 0"),
    Format.KO_YN: Rule("boolean_invalid", "expected 여 or 부"),
    Format.BRN10: Rule("brn_malformed", "expected ten digits"),
}

ID_IN_TEXT = Rule("national_id_in_text", "expected text without a national ID")
_ID_SHAPE = r"(?:^|[^0-9])[0-9]{6}-?[0-9]{7}(?:[^0-9]|$)"
_SHORTEST_ID_BYTES = 13

_YES_NO = {Format.YN: ("Y", "N"), Format.B10: ("1", "0"), Format.KO_YN: ("여", "부")}


def convert(text: pl.Expr, value_format: Format) -> pl.Expr:  # noqa: PLR0911 - a case a format
    """Return the typed value of `text` in one of the formats that need nothing but the text."""
    match value_format:
        case Format.TEXT:
            return text.str.strip_chars()
        case Format.DATE8:
            return day_of_number(_number_of_length(text, 8))
        case Format.DATE10:
            return day_of_number(_hyphenated_number(text, 10, (4, 7)))
        case Format.MONTH6:
            return day_of_number(_number_of_length(text, 6) * 100 + 1)
        case Format.MONTH7:
            return day_of_number(_hyphenated_number(text, 7, (4,)) * 100 + 1)
        case Format.YEAR4:
            year = _number_of_length(text, 4)
            return pl.when(year.is_between(FIRST_YEAR, LAST_YEAR)).then(year)
        case Format.THOUSAND_WON | Format.TEN_THOUSAND_WON:
            return _won(text, WON_PER_UNIT[value_format])
        case Format.INT | Format.WON:
            number = text.cast(pl.Int64, strict=False)
            return pl.when(~_reads_as_id(text, number)).then(number)
        case Format.DECIMAL:
            number = text.cast(pl.Float64, strict=False)
            is_size = number.is_finite() & text.str.contains(_DECIMAL)
            whole = number.cast(pl.Int64, strict=False)
            return pl.when(is_size & ~_reads_as_id(text, whole)).then(number)
        case Format.YN | Format.B10 | Format.KO_YN:
            yes, no = _YES_NO[value_format]
            is_yes = text == yes
            return pl.when(is_yes | (text == no)).then(is_yes)
        case Format.BRN10:
            return _business_number(text)
        case Format.CODE | Format.ID13 | Format.ID_MASKED | Format.DATE6:
            message = f"{value_format} needs more than its text"
            raise ValueError(message)


def convert_code(text: pl.Expr, codes: Mapping[str, str]) -> pl.Expr:
    """Return the canonical word of a sender's code."""
    places = text.cast(pl.Enum(list(codes)), strict=False).to_physical().cast(pl.UInt32)
    return pl.lit(pl.Series(list(codes.values()), dtype=pl.String)).gather(places)


def convert_word(text: pl.Expr, code_set: CodeSet) -> pl.Expr:
    """Return a text that is itself a word of its list (`CodeSet.accepts`)."""
    accepted = text.is_in(sorted(code_set.words))
    if code_set.is_open and code_set.pattern:
        accepted = accepted | text.str.contains(rf"\A(?:{code_set.pattern})\z")
    return pl.when(accepted).then(text)


def holds_id(text: pl.Series) -> pl.Series | None:
    """Say which texts hold something of an ID's shape; None where no text is long enough for one.

    A number typed into a name would leave the vault with the name.
    """
    longest = text.str.len_bytes().max()
    if not isinstance(longest, int) or longest < _SHORTEST_ID_BYTES:
        return None
    return text.str.contains(_ID_SHAPE).fill_null(value=False)


def open_digits_of_id(text: pl.Expr) -> pl.Expr:
    """Return the first seven digits of a thirteen-digit ID: birth date, century and sex."""
    # `>= "0"` keeps a sign out, which a cast would take for part of a number.
    is_digits = (text.str.len_bytes() == 13) & (text >= "0")
    number = pl.when(is_digits).then(text.cast(pl.Int64, strict=False))
    return (number // 1_000_000).cast(pl.Int32)


def open_digits_of_masked_id(text: pl.Expr) -> pl.Expr:
    """Return the seven digits that a masked ID (900101-1******) leaves open."""
    masked = pl.when(text.str.contains(_MASKED)).then(text)
    return masked.str.replace("-", "", literal=True).str.head(7).cast(pl.Int32, strict=False)


def birth_date_of_id(open_digits: pl.Expr) -> pl.Expr:
    """Return the birth date; null makes an ID malformed. Check digits are not looked at.

    The last digit is no check digit in numbers issued since October 2020.
    """
    century = pl.lit(_BIRTH_CENTURY).gather((open_digits % 10).cast(pl.UInt32))
    return day_of_number(century + open_digits // 10)


def sex_of_id(open_digits: pl.Expr, birth_date: pl.Expr) -> pl.Expr:
    """Return `male` or `female` by the seventh digit."""
    place = pl.when(birth_date.is_not_null()).then((open_digits % 2).cast(pl.UInt32))
    return pl.lit(_SEX).gather(place)


def without_id_hyphen(text: pl.Expr) -> pl.Expr:
    """Drop the hyphen after the sixth digit, which is tolerated."""
    # Literal replacing is far cheaper than a pattern; other misplaced hyphens stay and are refused.
    is_hyphenated = _has_hyphens(text, 14, (6,))
    return pl.when(is_hyphenated).then(text.str.replace("-", "", literal=True)).otherwise(text)


def convert_date6(text: pl.Expr) -> pl.Expr:
    """Return the day of YYMMDD, in the century that ends with `LATEST_TWO_DIGIT_YEAR`."""
    number = _two_digit_date(text)
    return day_of_number(_in_century(number, LATEST_TWO_DIGIT_YEAR))


def convert_birth_date6(text: pl.Expr, id_text: pl.Expr | None, made_on: dt.date) -> pl.Expr:
    """Return the birth day of YYMMDD.

    The century is that of the row's ID where its first six digits are the same; otherwise the day
    is the latest that is not after the year of `made_on`.
    """
    number = _two_digit_date(text)
    guess = day_of_number(_in_century(number, made_on.year))
    if id_text is None:
        return guess
    of_id = id_text.str.replace("-", "", literal=True).str.head(7)
    same_day = pl.when(of_id.str.head(6) == text).then(of_id.cast(pl.Int32, strict=False))
    return pl.coalesce(birth_date_of_id(same_day), guess)


def _two_digit_date(text: pl.Expr) -> pl.Expr:
    is_digits = (text.str.len_bytes() == 6) & (text >= "0")
    return pl.when(is_digits).then(text.cast(pl.Int32, strict=False))


def _in_century(number: pl.Expr, latest_year: int) -> pl.Expr:
    century, year = divmod(latest_year, 100)
    is_later = number // 10_000 > year
    return number + pl.when(is_later).then(century - 1).otherwise(century) * 1_000_000


def _number_of_length(text: pl.Expr, length: int) -> pl.Expr:
    number = text.cast(pl.Int32, strict=False)
    return pl.when(text.str.len_bytes() == length).then(number)


def _hyphenated_number(text: pl.Expr, length: int, hyphens: tuple[int, ...]) -> pl.Expr:
    """Return the number in a text that has hyphens at these places; null for other lengths."""
    number = text.str.replace_all("-", "", literal=True).cast(pl.Int32, strict=False)
    return pl.when(_has_hyphens(text, length, hyphens)).then(number)


def _has_hyphens(text: pl.Expr, length: int, hyphens: tuple[int, ...]) -> pl.Expr:
    """Say whether a text has this length in bytes and hyphens at these places; null if another."""
    characters = text.cast(pl.Binary).bin.reinterpret(dtype=pl.Array(pl.UInt8, length))
    return pl.all_horizontal(characters.arr.get(place) == _HYPHEN for place in hyphens)


def _won(text: pl.Expr, won_per_unit: int) -> pl.Expr:
    number = text.cast(pl.Int64, strict=False)
    limit = LARGEST_INTEGER // won_per_unit
    is_amount = number.is_between(-limit, limit) & ~_reads_as_id(text, number)
    return pl.when(is_amount).then(number * won_per_unit)


def _reads_as_id(text: pl.Expr, number: pl.Expr) -> pl.Expr:
    """Say which whole numbers are written as an ID is: thirteen digits, third to sixth a day.

    An ID typed into an amount would leave the vault as a number; an amount of a person has not
    thirteen digits.
    """
    month, day = number // 1_000_000_000 % 100, number // 10_000_000 % 100
    is_day = month.is_between(1, 12) & day.is_between(1, 31)
    return (text.str.len_bytes() == _SHORTEST_ID_BYTES) & is_day


def _business_number(text: pl.Expr) -> pl.Expr:
    is_digits = (text.str.len_bytes() == 10) & (text >= "0")
    return pl.when(is_digits & text.cast(pl.Int64, strict=False).is_not_null()).then(text)


def without_business_hyphens(text: pl.Expr) -> pl.Expr:
    """Drop the hyphens of a business number (3-2-5), which are tolerated."""
    without = text.str.replace_all("-", "", literal=True)
    return pl.when(_has_hyphens(text, 12, (3, 6))).then(without).otherwise(text)
