"""Columns that only one sender has: plausible values beside the facts that it tells.

Here: how a value is drawn from a column's format and name. Never here: facts that the hub decides
on; those come from `sources.country.facts` and are never changed here. Next: the completed
frame is rendered by `rendering.documents`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl

from hub.catalogue import (
    KIND_OF_FORMAT,
    RECORD_ACTION,
    Column,
    Family,
    Format,
    Kind,
    SchemaVersion,
)
from sources.country.rendering.draws import Draws, Ints, UInts

_WORDS = (
    "해당없음", "정상처리", "본인신청", "직권처리", "서류확인", "현장확인", "자동연계", "재검토필요",
    "기한연장", "추가제출", "일반", "우선처리", "대리신청", "전산이관",
)  # fmt: skip
_REASONS = (
    "전입", "주소정정", "생업", "학업", "가족사정", "건강", "직장이전", "기간만료", "본인요청", "기타사유",
)  # fmt: skip
_PLACES = (
    "서울시 종로구", "부산시 해운대구", "대구시 수성구", "인천시 남동구", "광주시 북구", "대전시 서구",
    "수원시 팔달구", "청주시 상당구", "전주시 완산구", "창원시 의창구", "제주시 연동", "강릉시 교동",
)  # fmt: skip
_COUNTRIES = ("USA", "CHN", "VNM", "JPN", "PHL", "THA", "UZB", "CAN", "AUS", "DEU")
_CURRENCIES = ("USD", "JPY", "EUR", "CNY")
_TYPICAL_AMOUNT = 500_000
_LABELS = ("1", "2", "3", "4", "5", "가", "나", "다")

# Most a count of this kind can be; the first word found in the column's name counts.
_MOST = {
    "day": 31, "month": 36, "hour": 40, "grade": 7, "rank": 300, "round": 9, "half": 2,
    "quarter": 4, "engine": 3000, "odometer": 200_000, "room": 12, "score": 100, "year": 5,
    "size": 6, "member": 6, "count": 5, "usage": 60, "payments": 240,
}  # fmt: skip
_BODIES = ("school", "facility", "office", "complex", "creditor")
_SHARE_WORDS = ("share", "rate", "percent", "ratio")
_LATER_WORDS = ("_to", "matures", "due", "expire", "valid", "next", "expected", "until", "ends")
_OPEN_WORDS = (
    "released", "lifted", "cleared", "cancelled", "resumed", "returned", "suspended", "late_paid",
    "completed", "lost", "ended", "burden_released", "reemployed",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class People:
    """What own columns may say of people: a line per person of the simulated country.

    Attributes:
        card: person_number, national_id, full_name, name_roman, birth_date, sex; sorted.
    """

    card: pl.DataFrame

    def pick(self, column: str, positions: Ints) -> pl.Series:
        """Return `column` of the people at `positions` (taken modulo their number)."""
        if self.card.is_empty():
            return pl.Series(column, [None] * len(positions), dtype=pl.String)
        return self.card[column].gather(positions % self.card.height)

    def of(self, person_numbers: pl.Series, column: str) -> pl.Series:
        """Return `column` of the people called `person_numbers`, null where unknown."""
        asked = pl.DataFrame({"person_number": person_numbers})
        card = self.card.select("person_number", pl.col(column).alias("_asked"))
        return asked.join(card, on="person_number", how="left", maintain_order="left")["_asked"]


def _base_days(facts: pl.DataFrame, family: Family, day: dt.date) -> pl.Series:
    """Return a date a row that own dates are near to: when the row's fact began, at most `day`."""
    column = family.valid_from
    if column is None or column not in facts.columns:
        return pl.Series([day]).new_from_index(0, facts.height)
    values = facts[column]
    if values.dtype == pl.Date:
        return values.fill_null(day).clip(upper_bound=day)
    if values.dtype.is_integer():
        years = values.cast(pl.Int32).fill_null(day.year - 1).to_frame("y")
        middle = pl.date(pl.col("y"), 6, 30).clip(upper_bound=day)
        return years.select(middle.alias("y"))["y"]
    return pl.Series([day]).new_from_index(0, facts.height)


def _base_months(facts: pl.DataFrame, family: Family, day: dt.date) -> pl.Series:
    return _base_days(facts, family, day).dt.month_start()


def _main_amount(facts: pl.DataFrame, family: Family) -> pl.Series | None:
    names = [column.name for column in family.columns if column.kind is Kind.KRW]
    for name in names:
        if name in facts.columns and facts[name].null_count() < facts.height:
            return facts[name].cast(pl.Int64).fill_null(_TYPICAL_AMOUNT)
    return None


def _draw_date(column: Column, base: pl.Series, draws: Draws, day: dt.date) -> pl.Series:
    name = column.canonical
    start = base.cast(pl.Int32).cast(pl.Int64)
    today = (day - dt.date(1970, 1, 1)).days
    if any(word in name for word in _LATER_WORDS):
        days = start + pl.Series(draws.between(name, 30, 1_500))
    elif "previous" in name or name in ("approved_on", "built_on", "died_on"):
        days = start - pl.Series(draws.between(name, 5, 900))
    else:
        days = start + pl.Series(draws.between(name, 0, 14))
        days = days.clip(upper_bound=today)
    dates = days.cast(pl.Int32).cast(pl.Date)
    if any(word in name for word in _OPEN_WORDS):
        keep = pl.Series(draws.chance(name + "?", 150_000))
        dates = pl.DataFrame({"d": dates, "k": keep}).select(
            pl.when(pl.col("k")).then(pl.col("d")).alias("d")
        )["d"]
    return dates


def _draw_amount(column: Column, facts: pl.DataFrame, family: Family, draws: Draws) -> pl.Series:
    main = _main_amount(facts, family)
    name = column.canonical
    if main is None:
        return pl.Series(draws.between(name, 5, 500)) * 10_000
    if any(word in name for word in ("price", "value", "wage", "total", "pay_", "income")):
        share = draws.between(name, 700, 1_300)
    else:
        share = draws.between(name, 0, 250)
    # In thousandths of the row's main amount; ten-won steps, as senders round.
    return (main.abs() // 1_000 * pl.Series(share)) // 10 * 10


def _one_of(words: tuple[str, ...], name: str, draws: Draws) -> pl.Series:
    return pl.Series(words).gather(draws.below(name, len(words)))


_TEXTS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("address", "place", "province", "region"), _PLACES),
    (("country", "nationality"), _COUNTRIES),
    (("currency",), _CURRENCIES),
    (("reason",), _REASONS),
    (("grade", "class", "kind", "type", "quarter", "semester"), _LABELS),
)
"""Words in a column's name, and what its text is drawn from."""


def _draw_text(column: Column, draws: Draws, people: People) -> pl.Series:
    name = column.canonical
    if name == "day_bitmap":
        return _bitmaps(draws.below(name, 1 << 31).astype(np.uint64))
    if name.endswith("_name"):
        if any(word in name for word in _BODIES):
            return _one_of(_PLACES, name, draws) + " 기관"
        return people.pick("full_name", draws.below(name, 1 << 30))
    if name.endswith(("_no", "_code", "isin")):
        return pl.Series(draws.below(name, 10**8)).cast(pl.String).str.zfill(8)
    texts = next((texts for words, texts in _TEXTS if any(word in name for word in words)), _WORDS)
    return _one_of(texts, name, draws)


def _bitmaps(bits: UInts) -> pl.Series:
    """Return 31 zeros and ones a row: which days of the month were worked."""
    places = np.arange(31, dtype=np.uint64)
    matrix = ((bits[:, None] >> places) & np.uint64(1)).astype(np.uint8) + ord("0")
    return pl.Series(np.ascontiguousarray(matrix).view("S31").ravel().astype("U31").tolist())


def _draw_count(column: Column, draws: Draws) -> pl.Series:
    name = column.canonical
    most = next((most for word, most in _MOST.items() if word in name), 9)
    return pl.Series(draws.between(name, 1, most))


def _draw_decimal(column: Column, draws: Draws) -> pl.Series:
    name = column.canonical
    if any(word in name for word in _SHARE_WORDS):
        scale = 100 if "percent" in name else 1
        return pl.Series(draws.between(name, 1, 20)).cast(pl.Float64) * scale / 20
    return pl.Series(draws.between(name, 100, 50_000)).cast(pl.Float64) / 100


def _other_person(column: Column, draws: Draws, people: People) -> pl.Series:
    picked = people.pick("national_id", draws.below(column.canonical, 1 << 30))
    present = pl.Series(draws.chance(column.canonical + "?", 700_000))
    return pl.DataFrame({"i": picked, "p": present}).select(
        pl.when(pl.col("p")).then(pl.col("i")).alias("i")
    )["i"]


def _draw_by_name(
    column: Column, facts: pl.DataFrame, draws: Draws, people: People
) -> pl.Series | None:
    """Return what the name or the code list of `column` alone decides, if they do."""
    name = column.canonical
    if name == RECORD_ACTION:
        return pl.Series(["new"]).new_from_index(0, facts.height)
    if name == "birth_date" and "person_number" in facts.columns:
        return people.of(facts["person_number"], "birth_date")
    if name.endswith("_birth_date"):
        return people.pick("birth_date", draws.below(name, 1 << 30))
    if column.format is Format.CODE:
        return _one_of(tuple(dict.fromkeys(column.codes.values())), name, draws)
    if column.format is Format.BRN10:
        return pl.Series(draws.between(name, 1_010_100_001, 8_999_999_999)).cast(pl.String)
    return None


def draw_column(
    column: Column, facts: pl.DataFrame, family: Family, draws: Draws, people: People, day: dt.date
) -> pl.Series:
    """Return a value a row of `facts` for the sender's own `column`, typed as canonical values.

    Nothing that is said to have happened is after `day`.
    """
    by_name = _draw_by_name(column, facts, draws, people)
    if by_name is not None:
        return by_name
    makers: Mapping[Kind, Callable[[], pl.Series]] = {
        Kind.ID: partial(_other_person, column, draws, people),
        Kind.DATE: lambda: _draw_date(column, _base_days(facts, family, day), draws, day),
        Kind.MONTH: partial(_base_months, facts, family, day),
        Kind.YEAR: lambda: _base_days(facts, family, day).dt.year().cast(pl.Int32),
        Kind.KRW: partial(_draw_amount, column, facts, family, draws),
        Kind.INT: partial(_draw_count, column, draws),
        Kind.DECIMAL: partial(_draw_decimal, column, draws),
        Kind.BOOL: lambda: pl.Series(draws.chance(column.canonical, 200_000)),
    }
    make = makers.get(KIND_OF_FORMAT[column.format])
    return make() if make is not None else _draw_text(column, draws, people)


def add_own_columns(
    version: SchemaVersion,
    facts: pl.DataFrame,
    family: Family,
    draws: Draws,
    people: People,
    day: dt.date,
) -> pl.DataFrame:
    """Return `facts` with every column of `version` that it lacks; canonical ones stay empty."""
    missing = [column for column in version.columns if column.canonical not in facts.columns]
    return facts.with_columns(
        draw_column(column, facts, family, draws, people, day).alias(column.canonical)
        for column in missing
        if column.is_own
    )
