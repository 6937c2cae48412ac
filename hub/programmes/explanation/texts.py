"""Sentences in two languages, and how numbers, days and shares are written in them.

Here: the pair of texts, and units. Never here: which sentence is said. Next: every module of this
package makes its sentences with these.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

LANGUAGES = ("en", "ko")


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence, or a part of one, in English and Korean."""

    en: str
    ko: str

    def said(self, language: str) -> str:
        """Return it in `language`, en or ko."""
        return self.ko if language == "ko" else self.en

    def __add__(self, other: Text) -> Text:
        return Text(self.en + other.en, self.ko + other.ko)

    def __bool__(self) -> bool:
        return bool(self.en or self.ko)


NOTHING = Text("", "")


def same(text: object) -> Text:
    """Return what is written alike in both languages: codes, names, days."""
    return Text(str(text), str(text))


def joined(texts: Iterable[Text], en: str = ", ", ko: str = ", ") -> Text:
    """Return `texts` one after the other."""
    listed = list(texts)
    return Text(en.join(text.en for text in listed), ko.join(text.ko for text in listed))


def _plural(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if abs(number) == 1 else many}"


def percent(ppm: int) -> str:
    """Return millionths as percent with as many decimals as they need, at most four."""
    whole, rest = divmod(abs(ppm), 10_000)
    decimals = f"{rest:04d}".rstrip("0")
    return f"{'-' if ppm < 0 else ''}{whole:,}{'.' + decimals if decimals else ''}"


def quantity(number: int, unit: str) -> Text:  # noqa: PLR0911, PLR0912  one case a unit
    """Return a number in `unit` (of a fact, a parameter or a programme's amount) in words."""
    said = f"{number:,}"
    match unit:
        case "won":
            return Text(f"{said} won", f"{said}원")
        case "won_per_month":
            return Text(f"{said} won a month", f"월 {said}원")
        case "won_per_year":
            return Text(f"{said} won a year", f"연 {said}원")
        case "won_per_hectare":
            return Text(f"{said} won a hectare", f"헥타르당 {said}원")
        case "won_ceiling":
            return Text(f"at most {said} won", f"최대 {said}원")
        case "won_paid":
            return Text(f"{said} won to be paid by the recipient", f"본인부담 {said}원")
        case "ppm":
            return Text(f"{percent(number)} %", f"{percent(number)}%")
        case "percent":
            return Text(f"{said} %", f"{said}%")
        case "percent_paid":
            return Text(f"{said} % to be paid by the recipient", f"본인부담 {said}%")
        case "percent_of_market_rent":
            return Text(f"{said} % of the market rent", f"시세의 {said}%")
        case "years":
            return Text(_plural(number, "year", "years"), f"{said}세")
        case "months":
            return Text(_plural(number, "month", "months"), f"{said}개월")
        case "days":
            return Text(_plural(number, "day", "days"), f"{said}일")
        case "hours":
            return Text(_plural(number, "hour", "hours"), f"{said}시간")
        case "devices":
            return Text(_plural(number, "device", "devices"), f"{said}대")
    return same(said)


_PERIODS = {
    "month": Text(" a month", "월 "),
    "year": Text(" a year", "연 "),
    "day": Text(" a day", "하루 "),
    "hour": Text(" an hour", "시간당 "),
    "once": Text(", once", "1회 "),
    "event": Text(" each time", "회당 "),
}


def amount_text(number: int | None, unit: str, period: str) -> Text:
    """Return what a programme gives, for what it is given; in kind without a number."""
    if number is None:
        return Text("in kind, without an amount", "현물(금액 없음)")
    said, span = quantity(number, unit), _PERIODS.get(period, NOTHING)
    return Text(said.en + span.en, span.ko + said.ko)


def day_text(day: dt.date) -> Text:
    """Return a day."""
    return Text(day.isoformat(), f"{day.year}년 {day.month}월 {day.day}일")


def birthday(born: dt.date, years: int) -> dt.date:
    """Return the day on which somebody turns `years`; of 29 February the day after the 28th."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return dt.date(born.year + years, 3, 1)


def age_on(born: dt.date, day: dt.date) -> int:
    """Return completed years of age on `day`."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def months_on(born: dt.date, day: dt.date) -> int:
    """Return completed months since birth; on the last day of a month the month is complete."""
    months = (day.year - born.year) * 12 + day.month - born.month
    is_last_day = (day + dt.timedelta(days=1)).month != day.month
    return months - (day.day < born.day and not is_last_day)
