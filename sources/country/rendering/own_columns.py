"""Columns that only one sender has: plausible values beside the facts that it tells.

Here: how a value is drawn from a column's format and name. Never here: facts that the hub decides
on; those come from `sources.country.facts` and are never changed here. Next: the completed
frame is rendered by `rendering.documents`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

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
_LABELS = ("1", "2", "3", "4", "5", "가", "나", "다")

# Most a count of this kind can be; the first word found in the column's name counts.
_MOST = {
    "day": 31, "month": 36, "hour": 40, "grade": 7, "rank": 300, "round": 9, "half": 2,
    "quarter": 4, "engine": 3000, "odometer": 200_000, "room": 12, "score": 100, "year": 5,
    "size": 6, "member": 6, "count": 5, "usage": 60, "payments": 240,
}  # fmt: skip
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
    """Return a date a row that own dates are near to: when the row's fact began."""
    column = family.valid_from
    if column is None or column not in facts.columns:
        return pl.Series([day]).new_from_index(0, facts.height)
    values = facts[column]
    if values.dtype == pl.Date:
        return values.fill_null(day)
    if values.dtype.is_integer():
        years = values.cast(pl.Int32).fill_null(day.year - 1).to_frame("y")
        return years.select(pl.date(pl.col("y"), 6, 30).alias("y"))["y"]
    return pl.Series([day]).new_from_index(0, facts.height)


def _main_amount(facts: pl.DataFrame, family: Family) -> pl.Series | None:
    for column in family.columns:
        if column.kind is Kind.KRW and column.name in facts.columns:
            if facts[column.name].null_count() < facts.height:
                return facts[column.name].cast(pl.Int64).fill_null(500_000)
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


def _draw_text(column: Column, draws: Draws, people: People) -> pl.Series:
    name = column.canonical
    rows = len(draws.keys)
    if name == "day_bitmap":
        bits = draws.below(name, 1 << 31).astype(np.uint64)
        return _bitmaps(bits)
    if name.endswith("_name") or name.startswith("name"):
        if any(word in name for word in ("school", "facility", "office", "complex", "creditor")):
            return pl.Series(_PLACES).gather(draws.below(name, len(_PLACES))) + " " + "기관"
        return people.pick("full_name", draws.below(name, 1 << 30))
    if "address" in name or "place" in name or "province" in name or "region" in name:
        return pl.Series(_PLACES).gather(draws.below(name, len(_PLACES)))
    if "country" in name or "nationality" in name:
        return pl.Series(_COUNTRIES).gather(draws.below(name, len(_COUNTRIES)))
    if "currency" in name:
        return pl.Series(_CURRENCIES).gather(draws.below(name, len(_CURRENCIES)))
    if name.endswith(("_no", "_code", "isin")) or "_no_" in name:
        return pl.Series(draws.below(name, 10**8)).cast(pl.String).str.zfill(8)
    if "reason" in name:
        return pl.Series(_REASONS).gather(draws.below(name, len(_REASONS)))
    if any(word in name for word in ("grade", "class", "kind", "type", "quarter", "semester")):
        return pl.Series(_LABELS).gather(draws.below(name, len(_LABELS)))
    return pl.Series(_WORDS).gather(draws.below(name, len(_WORDS))).head(rows)


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


def _other_person(column: Column, facts: pl.DataFrame, draws: Draws, people: People) -> pl.Series:
    picked = people.pick("national_id", draws.below(column.canonical, 1 << 30))
    present = pl.Series(draws.chance(column.canonical + "?", 700_000))
    return pl.DataFrame({"i": picked, "p": present}).select(
        pl.when(pl.col("p")).then(pl.col("i")).alias("i")
    )["i"]


def draw_column(
    column: Column,
    facts: pl.DataFrame,
    family: Family,
    draws: Draws,
    people: People,
    day: dt.date,
) -> pl.Series:
    """Return a value a row of `facts` for the sender's own `column`, typed as canonical values.

    Args:
        day: the night's date; nothing that is said to have happened is after it.
    """
    name = column.canonical
    kind = KIND_OF_FORMAT[column.format]
    if name == RECORD_ACTION:
        return pl.Series(["new"]).new_from_index(0, facts.height)
    if name == "birth_date" or name.endswith("_birth_date"):
        if name == "birth_date" and "person_number" in facts.columns:
            return people.of(facts["person_number"], "birth_date")
        return people.pick("birth_date", draws.below(name, 1 << 30))
    if column.format is Format.CODE:
        words = list(dict.fromkeys(column.codes.values()))
        return pl.Series(words, dtype=pl.String).gather(draws.below(name, len(words)))
    if column.format is Format.BRN10:
        return pl.Series(draws.between(name, 1_010_100_001, 8_999_999_999)).cast(pl.String)
    match kind:
        case Kind.ID:
            return _other_person(column, facts, draws, people)
        case Kind.DATE:
            return _draw_date(column, _base_days(facts, family, day), draws, day)
        case Kind.MONTH:
            return _base_days(facts, family, day).dt.month_start()
        case Kind.YEAR:
            return _base_days(facts, family, day).dt.year().cast(pl.Int32)
        case Kind.KRW:
            return _draw_amount(column, facts, family, draws)
        case Kind.INT:
            return _draw_count(column, draws)
        case Kind.DECIMAL:
            return _draw_decimal(column, draws)
        case Kind.BOOL:
            return pl.Series(draws.chance(name, 200_000))
        case _:
            return _draw_text(column, draws, people)


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
