"""Ordinary accesses to personal data in simulated offices, with the disorder that offices have.

Here: officials, people, cases, and a quarter of their work. Never here: misuse
(`sources.country.access_office`), a log, or rules. Next: `access_office` plants misuse in it.

Ordinary disorder is meant to look like misuse: work late and at week-ends, days of many applicants,
single strays, cases of other areas, work lists sorted by ID, officials who come back after months,
downloads with a reason, typing errors that are refused, relatives who happen to come to one's desk.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hub.identity.person_ids import PERSON_PREFIX, mint_identifiers

FIRST_DAY = dt.date(2026, 1, 5)
DAYS = 91
AREAS = 20
OFFICIALS_AN_AREA = 8
PEOPLE_AN_AREA = 2500
CASES_AN_AREA = 300
PLANTED_A_KIND = AREAS
KIN = 4
"""Relatives and household of an official, who follow the official in the list of people."""
_EPOCH = np.datetime64(FIRST_DAY, "us")
_DAY = 86_400_000_000
MINUTE = 60_000_000
_OFFSET = -9 * 60 * MINUTE
"""The country's clock is nine hours ahead of UTC."""
_NO_CASE_PURPOSES = ("application", "application", "application", "certificate", "consultation")

Numbers = NDArray[np.int64]


class OfficeWork:
    """People, officials, cases and their ordinary accesses; `rows` grows until all is simulated."""

    def __init__(self, count: int, seed: int) -> None:
        self.count = count
        self.rng = np.random.default_rng([seed, 1544])
        self.people = AREAS * PEOPLE_AN_AREA
        key = b"simulated office, not a real hub"
        self.ids = np.array(mint_identifiers(1, self.people, key, PERSON_PREFIX).to_list())
        self.rng.shuffle(self.ids)
        self.area_of = np.arange(self.people) // PEOPLE_AN_AREA
        self.officials = AREAS * OFFICIALS_AN_AREA
        self.desk = np.arange(self.officials) // OFFICIALS_AN_AREA
        self.names = np.array([f"official-{number:04}" for number in range(self.officials)])
        # Officials live where they work, at the beginning of each area.
        self.own = self.desk * PEOPLE_AN_AREA + np.arange(self.officials) % OFFICIALS_AN_AREA * 10
        self.cases = AREAS * CASES_AN_AREA
        self.case_person = self.rng.integers(0, self.people, self.cases)
        # Cases are opened on Mondays, so that whatever working day follows is one of an open case.
        self.case_open = self.rng.integers(-3, DAYS // 7 - 2, self.cases) * 7
        self.case_close = self.case_open + self.rng.integers(15, 120, self.cases)
        self.rows: list[pl.DataFrame] = []
        # One of each area left, one moved, one was away; ordinary work knows it.
        seats = self.rng.permuted(np.arange(self.officials).reshape(AREAS, -1), axis=1)
        self.gone, self.moved, self.away = seats[:, 0], seats[:, 1], seats[:, 2]
        self.rest = seats[:, 3:].ravel()
        self.left_on = DAYS // 3

    def work_ordinarily(self) -> None:
        """Add all accesses that are no misuse."""
        self._cases()
        self._counter()
        self._disorder()

    # What is known about everybody

    @staticmethod
    def _codes(areas: Numbers) -> list[str]:
        return [f"{11000 + 10 * area:05}00000" for area in areas.tolist()]

    def _protected(self) -> Numbers:
        return np.arange(AREAS) * PEOPLE_AN_AREA + 1234

    def _register(self) -> pl.DataFrame:
        start, left = FIRST_DAY - dt.timedelta(days=700), self._date(self.left_on)
        rows = []
        for number in range(self.officials):
            ends = left if number in {*self.gone, *self.moved} else None
            code = self._codes(self.desk[number : number + 1])[0][:5]
            role = ("case_worker", "intake")[number % 2]
            rows.append((self.names[number], self.ids[self.own[number]], code, role, start, ends))
        for number in self.moved:
            code = self._codes((self.desk[number : number + 1] + 1) % AREAS)[0][:5]
            began = left + dt.timedelta(days=1)
            name, own = self.names[number], self.ids[self.own[number]]
            rows.append((name, own, code, "case_worker", began, None))
        names = ("actor", "person_id", "area_code", "role", "valid_from", "valid_to")
        return pl.DataFrame(rows, schema=names, orient="row").with_columns(
            pl.col("valid_from", "valid_to").cast(pl.Date)
        )

    def _kin(self) -> pl.DataFrame:
        kinds = [("self", 0), ("household", 1), ("household", 2), ("relative", 3), ("relative", 4)]
        return pl.concat(
            pl.DataFrame(
                {
                    "actor": self.names,
                    "person_id": self.ids[self.own + step],
                    "kinship": [kind] * self.officials,
                }
            )
            for kind, step in kinds
        )

    def _case_table(self) -> pl.DataFrame:
        closed = [self._date(day) if day < DAYS else None for day in self.case_close.tolist()]
        return pl.DataFrame(
            {
                "case_id": [f"case-{number}" for number in range(self.cases)],
                "person_id": self.ids[self.case_person],
                "opened_on": [self._date(day) for day in self.case_open.tolist()],
                "closed_on": pl.Series(closed, dtype=pl.Date),
            }
        )

    # Ordinary work

    def _cases(self) -> None:
        """Work on cases, some of other areas, some from a list sorted by ID."""
        count = int(self.count * 0.55)
        case = self.rng.integers(0, self.cases, count)
        first = np.maximum(self.case_open[case], 0)
        last = np.minimum(self.case_close[case], DAYS - 1)
        day = first + (self.rng.random(count) * (last - first + 1)).astype(np.int64)
        near = self.rng.random(count) < 0.92
        area = np.where(
            near, self.area_of[self.case_person[case]], self.rng.integers(0, AREAS, count)
        )
        actor, day = self._at_work(area, day)
        actor = self._handed_on(actor, self.case_person[case])
        self._add(
            actor, self._moments(day), self.case_person[case],
            purpose="investigation", case=[f"case-{number}" for number in case.tolist()],
        )  # fmt: skip
        for official in self.rest[:60]:
            own = np.flatnonzero(self.area_of[self.case_person] == self.desk[official])
            listed = self.rng.choice(own, 25, replace=False)
            listed = listed[np.argsort(self.ids[self.case_person[listed]])]
            today = 38
            is_open = (self.case_open[listed] <= today) & (self.case_close[listed] >= today)
            listed = listed[is_open]
            moments = self._moment(today, 10 * 60) + np.arange(len(listed)) * 3 * MINUTE
            self._add(
                np.full(len(listed), official), moments, self.case_person[listed],
                purpose="investigation", case=[f"case-{number}" for number in listed.tolist()],
            )  # fmt: skip

    def _counter(self) -> None:
        """People who come to the counter of their area; some days are full."""
        count = int(self.count * 0.44)
        weight = self.rng.lognormal(0, 0.35, (AREAS, DAYS))
        weight[:, self._is_weekend(np.arange(DAYS))] = 0
        chosen = self.rng.choice(AREAS * DAYS, count, p=(weight / weight.sum()).ravel())
        area, day = chosen // DAYS, chosen % DAYS
        person = area * PEOPLE_AN_AREA + self.rng.integers(0, PEOPLE_AN_AREA, count)
        purpose = self.rng.choice(_NO_CASE_PURPOSES, count)
        actor, day = self._at_work(area, day)
        person = self.area_now(actor, day) * PEOPLE_AN_AREA + person % PEOPLE_AN_AREA
        actor = self._handed_on(actor, person)
        downloads = self.rng.random(count) < 0.01
        self._add(
            actor, self._moments(day), person, purpose=purpose.tolist(),
            is_download=downloads, download_reason=["for the file" if each else None for each in downloads.tolist()],
        )  # fmt: skip

    def _disorder(self) -> None:
        """Strays, refusals, emergencies, late work."""
        for official in self.rest:
            home = self.desk[official] * PEOPLE_AN_AREA
            for month in range(3):
                strays = int(self.rng.choice([0, 0, 1, 2, 3]))
                day = month * 30 + self.rng.integers(0, 28, strays)
                far = self.rng.random(strays) < 0.2
                person = np.where(
                    far,
                    self.rng.integers(0, self.people, strays),
                    home + self.rng.integers(0, PEOPLE_AN_AREA, strays),
                )
                actor = np.full(strays, official)
                self._add(actor, self._moments(self._workday(day)), person, purpose=None)
            refused = int(self.rng.integers(0, 6))
            day = self._workday(self.rng.integers(0, DAYS - 3, refused))
            person = self.rng.integers(0, self.people, refused)
            actor = np.full(refused, official)
            self._add(actor, self._moments(day), person, purpose="consultation", result="refused")
            if self.rng.random() < 0.3:
                day = self.rng.integers(0, DAYS, 1)
                person = self.rng.integers(0, self.people, 1)
                actor = np.full(1, official)
                self._add(
                    actor, self._moments(day), person, purpose="emergency",
                    is_break_glass=True, ticket="T-1",
                )  # fmt: skip
            for day in self.rng.integers(0, DAYS, 3):
                late = int(min(self.rng.geometric(0.35), 11))
                moments = self._moment(int(day), 21 * 60 + 10) + np.arange(late) * 7 * MINUTE
                person = home + self.rng.integers(0, PEOPLE_AN_AREA, late)
                self._add(np.full(late, official), moments, person, purpose="application")

    def area_now(self, actor: Numbers, day: Numbers) -> Numbers:
        """Return the area for which each official is responsible on a day."""
        has_moved = np.isin(actor, self.moved) & (day > self.left_on)
        return np.where(has_moved, (self.desk[actor] + 1) % AREAS, self.desk[actor])

    def _at_work(self, area: Numbers, day: Numbers) -> tuple[Numbers, Numbers]:
        """Choose an official of each area who is there on the day, and a working day."""
        day = self._workday(day)
        actor = area * OFFICIALS_AN_AREA + self.rng.integers(0, OFFICIALS_AN_AREA, len(area))
        for _ in range(40):
            absent = np.isin(actor, self.gone) & (day > self.left_on)
            absent |= np.isin(actor, self.away) & (day > 8)
            absent |= (
                np.isin(actor, self.moved)
                & (day > self.left_on)
                & (self.rng.random(len(area)) < 0.3)
            )
            if not absent.any():
                break
            other = area[absent] * OFFICIALS_AN_AREA
            actor[absent] = other + self.rng.integers(0, OFFICIALS_AN_AREA, int(absent.sum()))
        still = (np.isin(actor, self.gone) & (day > self.left_on)) | (
            np.isin(actor, self.away) & (day > 8)
        )
        actor[still] = self.rng.choice(self.rest, int(still.sum()))
        return actor, day

    def _handed_on(self, actor: Numbers, person: Numbers) -> Numbers:
        """Let a colleague serve most relatives, as rules of office ask; now and then nobody notices."""
        is_kin = (person >= self.own[actor]) & (person <= self.own[actor] + KIN)
        is_kin &= self.rng.random(len(actor)) < 0.8
        return np.where(is_kin & ~np.isin(actor, self.moved), self._colleague(actor), actor)

    def _colleague(self, actor: Numbers) -> Numbers:
        desk = self.desk[actor] * OFFICIALS_AN_AREA
        colleague = desk + (actor - desk + 1) % OFFICIALS_AN_AREA
        is_there = np.isin(colleague, self.rest)
        return np.where(is_there, colleague, self.rng.choice(self.rest, len(actor)))

    # Rows

    def _date(self, day: int) -> dt.date:
        return FIRST_DAY + dt.timedelta(days=int(day))

    @staticmethod
    def _is_weekend(day: Numbers) -> NDArray[np.bool_]:
        # The first day is a Monday.
        return np.asarray(day % 7 >= 5)

    def _workday(self, day: Numbers) -> Numbers:
        day = np.asarray(day, dtype=np.int64)
        other = day - day % 7 + self.rng.integers(0, 5, len(day))
        return np.where(self._is_weekend(day), other, day)

    def _days_of_a_month(self, count: int) -> Numbers:
        """Return different working days of one calendar month, in their order."""
        month = int(self.rng.integers(1, 4))
        days = np.arange(DAYS - 3)
        dates = (np.datetime64(FIRST_DAY, "M") + (month - 1)).astype("datetime64[D]")
        start = int((dates - np.datetime64(FIRST_DAY, "D")).astype(np.int64))
        is_in = (days >= start) & (days < start + 28) & ~self._is_weekend(days)
        return np.sort(self.rng.choice(days[is_in], count, replace=False))

    def _moment(self, day: int, minute: int) -> int:
        return day * _DAY + minute * MINUTE

    def _moments(self, day: Numbers) -> Numbers:
        """Return moments within working hours of the country's clock."""
        return np.asarray(day * _DAY + self.rng.integers(9 * 60, 18 * 60, len(day)) * MINUTE
                          + self.rng.integers(0, MINUTE, len(day)))  # fmt: skip

    def _add(
        self, actor: Numbers, moments: Numbers, person: Numbers, *, purpose: object,
        case: object = None, result: str = "allowed", is_break_glass: bool = False,
        ticket: str | None = None, is_download: object = False, download_reason: object = None,
        plant: int | None = None,
    ) -> None:  # fmt: skip
        columns = {
            "happened_at": _EPOCH + (moments + _OFFSET).astype("timedelta64[us]"),
            "actor": self.names[actor],
            "person_id": self.ids[person],
        }
        told = {
            "purpose": purpose, "case_id": case, "result": result, "ticket": ticket,
            "is_break_glass": is_break_glass, "is_download": is_download,
            "download_reason": download_reason, "plant": plant,
        }  # fmt: skip
        kinds = {"is_break_glass": pl.Boolean, "is_download": pl.Boolean, "plant": pl.Int64}
        frame = pl.DataFrame(columns)
        for name, value in told.items():
            kind = kinds.get(name, pl.String)
            if isinstance(value, np.ndarray):
                value = value.tolist()  # noqa: PLW2901
            column = (
                pl.Series(name, value, dtype=kind)
                if isinstance(value, list)
                else pl.lit(value, dtype=kind).alias(name)
            )
            frame = frame.with_columns(column)
        self.rows.append(frame)
