"""Which deliveries are made on a night: what is due, anew, added or corrected.

Here: one `Plan` a file. Never here: the rows of the file (`selection`) or its bytes (`documents`).
Next: `sources.country.nights` carries the plans out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from hub.catalogue import Cycle, DocumentType, Mode
from sources.country.rendering.draws import number_of

CORRECTIONS_A_NIGHT = 6
ON_REQUEST_ONE_IN = 12
"""An institution is asked again about once in so many nights."""
EVERY_DAY = frozenset({Cycle.DAILY, Cycle.REALTIME})


class Reason(StrEnum):
    """Why a file is made."""

    FIRST = "first"
    """The first night: everything the sender can tell."""
    DUE = "due"
    """The sender's cycle has come round."""
    SUPPLEMENT = "supplement"
    """Some rows again, under a schema version that came into force today."""
    CORRECTION = "correction"
    """A file of the first night again, with some amounts stated anew."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One file to make: identity, stamp, and which rows go in."""

    document: DocumentType
    reason: Reason
    period: str
    sequence: int
    made_at: dt.datetime
    turn: int = 0
    """How many times the type has come round since the first night."""


def period_of(cycle: Cycle, day: dt.date) -> str:
    """Return the period that a delivery made on `day` is about."""
    last_of_previous_month = day.replace(day=1) - dt.timedelta(days=1)
    match cycle:
        case Cycle.WEEKLY:
            return f"{day - dt.timedelta(days=day.weekday()):%Y%m%d}"
        case Cycle.MONTHLY:
            return f"{last_of_previous_month:%Y%m}"
        case Cycle.QUARTERLY:
            first_month = (day.month - 1) // 3 * 3 + 1
            return f"{day.replace(month=first_month, day=1) - dt.timedelta(days=1):%Y%m}"
        case Cycle.HALF_YEARLY:
            first_month = (day.month - 1) // 6 * 6 + 1
            return f"{day.replace(month=first_month, day=1) - dt.timedelta(days=1):%Y%m}"
        case Cycle.YEARLY:
            return str(day.year - 1)
        case _:
            return f"{day:%Y%m%d}"


def stamp(document: DocumentType, day: dt.date, seed: int) -> dt.datetime:
    """Return when the sender makes its file on the night of `day`: between one and half past two."""
    seconds = number_of(seed, document.code, day) % 5_400
    return dt.datetime.combine(day, dt.time(1)) + dt.timedelta(seconds=seconds)


def _switches(document: DocumentType, day: dt.date) -> bool:
    return any(version.valid_from == day for version in document.versions[1:])


def is_dated(document: DocumentType) -> bool:
    """Say whether rows carry the month or day that they speak of, so that old ones stay true."""
    columns = document.versions[-1]
    return any(columns.by_canonical(name) is not None for name in ("period", "as_of"))


def is_due(document: DocumentType, day: dt.date, seed: int) -> bool:
    """Say whether the cycle of `document` comes round on `day`.

    Monthly senders have each their own day of the month. Who answers requests with a state
    without dates is asked once only: an answer about few people would end what is known of all.
    """
    own_day = 1 + number_of(seed, "day of month", document.code) % 28
    requested = number_of(seed, "request", document.code, day) % ON_REQUEST_ONE_IN == 0
    due = {
        Cycle.DAILY: True,
        Cycle.REALTIME: True,
        Cycle.WEEKLY: day.weekday() == 0,
        Cycle.MONTHLY: day.day == own_day,
        Cycle.QUARTERLY: day.month % 3 == 1 and day.day == own_day,
        Cycle.HALF_YEARLY: day.month % 6 == 1 and day.day == own_day,
        Cycle.YEARLY: day.month == 3 and day.day == own_day,
        Cycle.ON_REQUEST: requested and (is_dated(document) or document.mode is not Mode.FULL),
    }
    return due[document.cycle]


def _turn(document: DocumentType, first_night: dt.date, day: dt.date, seed: int) -> int:
    days = (day - first_night).days
    return sum(
        is_due(document, first_night + dt.timedelta(days=number), seed)
        for number in range(1, days + 1)
    )


def _latest_period(document: DocumentType, first_night: dt.date, day: dt.date, seed: int) -> str:
    """Return the period of the sender's last delivery before `day`."""
    before = day - dt.timedelta(days=1)
    while before > first_night and not is_due(document, before, seed):
        before -= dt.timedelta(days=1)
    return period_of(document.cycle, before)


def plan_first_night(documents: Sequence[DocumentType], day: dt.date, seed: int) -> list[Plan]:
    """Return a file of each document type."""
    return [
        Plan(document, Reason.FIRST, period_of(document.cycle, day), 1, stamp(document, day, seed))
        for document in documents
    ]


def _plan_corrections(
    documents: Sequence[DocumentType], first_night: dt.date, day: dt.date, seed: int
) -> list[Plan]:
    """Return files of the first night that are sent again with other contents."""
    able = [document for document in documents if document.amount_column is not None]
    able.sort(key=lambda document: number_of(seed, "correction", document.code))
    number = (day - first_night).days - 1
    chosen = able[number * CORRECTIONS_A_NIGHT : (number + 1) * CORRECTIONS_A_NIGHT]
    return [
        Plan(
            document,
            Reason.CORRECTION,
            period_of(document.cycle, first_night),
            1,
            stamp(document, day, seed),
        )
        for document in chosen
    ]


def plan_later_night(
    documents: Sequence[DocumentType],
    correctable: Sequence[DocumentType],
    first_night: dt.date,
    day: dt.date,
    seed: int,
) -> list[Plan]:
    """Return the files of a night after the first: due ones, supplements and corrections.

    Files of `correctable` types may be sent again with other contents, each type once.
    """
    plans: list[Plan] = []
    for document in documents:
        made_at = stamp(document, day, seed)
        period = period_of(document.cycle, day)
        is_new_period = period != period_of(document.cycle, first_night)
        if is_new_period and is_due(document, day, seed):
            turn = _turn(document, first_night, day, seed)
            plans.append(Plan(document, Reason.DUE, period, 1, made_at, turn))
        elif _switches(document, day):
            told = _latest_period(document, first_night, day, seed)
            plans.append(Plan(document, Reason.SUPPLEMENT, told, 2, made_at))
    return plans + _plan_corrections(correctable, first_night, day, seed)
