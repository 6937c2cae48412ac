"""A quarter of accesses to personal data in simulated offices, with misuse planted in it.

Here: planted misuse of every kind, with its truth. Never here: ordinary work
(`sources.country.access_work`), a log, or the rules that look for misuse. Next: `hub bench access-log`
writes the accesses into a real log and counts what the rules find.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from sources.country.access_work import (
    AREAS,
    DAYS,
    KIN,
    MINUTE,
    OFFICIALS_AN_AREA,
    PEOPLE_AN_AREA,
    PLANTED_A_KIND,
    OfficeWork,
)

KINDS = tuple(f"A{number:02}" for number in range(1, 16))


@dataclass(frozen=True, slots=True)
class AccessOffice:
    """Accesses of a quarter, in the order of time, and what is known about everybody."""

    accesses: pl.DataFrame
    """happened_at (UTC, without zone), actor, person_id, purpose, case_id, result, is_break_glass,
    ticket, is_download, download_reason, plant: number of the planted case, or null."""
    truth: pl.DataFrame
    """plant, rule_id, actor."""
    officials: pl.DataFrame
    kin: pl.DataFrame
    cases: pl.DataFrame
    areas: pl.DataFrame
    protected: pl.DataFrame


def simulate_accesses(count: int, seed: int) -> AccessOffice:
    """Simulate about `count` accesses; the same seed gives the same ones."""
    return _Simulation(count, seed).done()


class _Simulation(OfficeWork):
    def __init__(self, count: int, seed: int) -> None:
        super().__init__(count, seed)
        self.truth: list[tuple[int, str, str]] = []

    def done(self) -> AccessOffice:
        self.work_ordinarily()
        for kind in KINDS:
            for place in range(PLANTED_A_KIND):
                self._plant(kind, place)
        accesses = pl.concat(self.rows).sort("happened_at", "actor", "person_id")
        return AccessOffice(
            accesses,
            pl.DataFrame(
                self.truth, schema={"plant": pl.Int64, "rule_id": pl.String, "actor": pl.String},
                orient="row",
            ),
            self._register(), self._kin(), self._case_table(),
            pl.DataFrame({"person_id": self.ids, "area_code": self._codes(self.area_of)}),
            pl.DataFrame({"person_id": self.ids[self._protected()]}),
        )  # fmt: skip

    # Planted misuse

    def _plant(self, kind: str, place: int) -> None:
        special = {"A10": self.away, "A11": self.gone, "A13": self.moved}
        official = int(special[kind][place] if kind in special else self.rng.choice(self.rest))
        plant = len(self.truth)
        self.truth.append((plant, kind, str(self.names[official])))
        getattr(self, f"_plant_{kind.lower()}")(official, plant)

    def _single(self, official: int, plant: int, person: list[int], **told: Any) -> None:
        day = self._workday(self.rng.integers(10, DAYS - 10, len(person)))
        actor = np.full(len(person), official)
        told.setdefault("purpose", "consultation")
        self._add(actor, self._moments(day), np.array(person, dtype=np.int64), plant=plant, **told)

    def _locals(self, official: int, count: int) -> list[int]:
        own = int(self.desk[official]) * PEOPLE_AN_AREA
        drawn = self.rng.choice(np.arange(100, PEOPLE_AN_AREA), count, replace=False)
        return [own + int(each) for each in drawn]

    def _strangers(self, official: int, count: int) -> list[int]:
        far = (self.desk[official] + self.rng.integers(2, AREAS - 1, count)) % AREAS
        drawn = self.rng.integers(100, PEOPLE_AN_AREA, count)
        return [int(each) for each in far * PEOPLE_AN_AREA + drawn]

    def _plant_a01(self, official: int, plant: int) -> None:
        self._single(official, plant, [int(self.own[official])])

    def _plant_a02(self, official: int, plant: int) -> None:
        self._single(
            official, plant, [int(self.own[official]) + int(self.rng.integers(1, KIN + 1))]
        )

    def _plant_a03(self, official: int, plant: int) -> None:
        count = int(self.rng.integers(5, 9))
        day = self._days_of_a_month(count)
        actor = np.full(count, official)
        person = np.array(self._locals(official, count))
        self._add(actor, self._moments(day), person, purpose="investigation", plant=plant)

    def _plant_a04(self, official: int, plant: int) -> None:
        count = int(self.rng.integers(4, 8))
        day = self._days_of_a_month(count)
        person = np.array(self._strangers(official, count))
        actor = np.full(count, official)
        self._add(actor, self._moments(day), person, purpose="consultation", plant=plant)

    def _plant_a05(self, official: int, plant: int) -> None:
        count = int(self.rng.integers(12, 25))
        day = int(self.rng.integers(0, DAYS))
        moments = self._moment(day, 22 * 60) + np.arange(count) * 4 * MINUTE
        person = np.array(self._locals(official, count))
        self._add(np.full(count, official), moments, person, purpose="application", plant=plant)

    def _plant_a06(self, official: int, plant: int) -> None:
        count = int(self.rng.integers(110, 160))
        day = int(self._workday(self.rng.integers(0, DAYS - 3, 1))[0])
        moments = self._moment(day, 9 * 60) + np.arange(count) * 3 * MINUTE
        person = np.array(self._locals(official, count))
        self._add(np.full(count, official), moments, person, purpose="application", plant=plant)

    def _plant_a07(self, official: int, plant: int) -> None:
        person = np.array(self._locals(official, 14))
        person = person[np.argsort(self.ids[person])]
        if plant % 2:
            person = person[::-1]
        day = int(self._workday(self.rng.integers(0, DAYS - 3, 1))[0])
        moments = self._moment(day, 14 * 60) + np.arange(len(person)) * 40_000_000
        self._add(np.full(14, official), moments, person, purpose="application", plant=plant)

    def _plant_a08(self, official: int, plant: int) -> None:
        (person,) = self._locals(official, 1)
        days = self._days_of_a_month(int(self.rng.integers(6, 10)))
        self._add(
            np.full(len(days), official), self._moments(days), np.full(len(days), person),
            purpose="consultation", plant=plant,
        )  # fmt: skip

    def _plant_a09(self, official: int, plant: int) -> None:
        count = int(self.rng.integers(6, 15))
        day = int(self._workday(self.rng.integers(0, DAYS - 3, 1))[0])
        moments = self._moment(day, 11 * 60) + np.arange(count) * 2 * MINUTE
        person = np.array(self._strangers(official, count))
        actor = np.full(count, official)
        self._add(actor, moments, person, purpose="consultation", result="refused", plant=plant)

    def _plant_a10(self, official: int, plant: int) -> None:
        day = np.full(4, 84 + int(self.rng.integers(0, 4)))
        person = np.array(self._locals(official, 4))
        actor = np.full(4, official)
        self._add(
            actor, self._moments(self._workday(day)), person, purpose="application", plant=plant
        )

    def _plant_a11(self, official: int, plant: int) -> None:
        day = self._workday(self.left_on + self.rng.integers(3, 40, 3))
        person = np.array(self._locals(official, 3))
        actor = np.full(3, official)
        self._add(actor, self._moments(day), person, purpose="application", plant=plant)

    def _plant_a12(self, official: int, plant: int) -> None:
        person = self._strangers(official, 1)
        self._single(official, plant, person, purpose="emergency", is_break_glass=True)

    def _plant_a13(self, official: int, plant: int) -> None:
        day = self._workday(self.left_on + 12 + self.rng.integers(0, 8, 4))
        person = np.array(self._locals(official, 4))
        actor = np.full(4, official)
        self._add(actor, self._moments(day), person, purpose="consultation", plant=plant)

    def _plant_a14(self, official: int, plant: int) -> None:
        self._single(official, plant, self._locals(official, 2), is_download=True)

    def _plant_a15(self, official: int, plant: int) -> None:
        first = self.desk[official] * OFFICIALS_AN_AREA
        others = [each for each in range(first, first + OFFICIALS_AN_AREA) if each != official]
        person = int(self.own[self.rng.choice(others)])
        if plant % 3 == 0:
            person = int(self._protected()[self.rng.integers(0, AREAS)])
        self._single(official, plant, [person])
