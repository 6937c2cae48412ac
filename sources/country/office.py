"""The welfare office of the simulated country: officials, what they do, and what they read.

Here: ordinary actions and accesses, and planted ones of rules D43 and D44, with their truth. Never
here: a hub's ledger or log. Next: `hub bench findings` and tests turn person numbers into the IDs that
the hub gave, and hand the frames to the rules.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl

PEOPLE_AN_OFFICIAL = 400
FEWEST_OFFICIALS = 40
CASES_FOR_PEOPLE = 0.05
PLANTED_A_PATTERN = 2
KIN_STEPS = 3
ACTION_PATTERNS = ("alone", "reverted", "family")
ACCESS_PATTERNS = ("no_case", "outside_area", "relative", "volume")
ROLES = ("case_worker", "case_worker", "case_worker", "intake", "team_leader")
_ACTION = pl.Schema(
    {
        "happened_at": pl.Datetime("us"),
        "actor": pl.String(),
        "action": pl.String(),
        "object_kind": pl.String(),
        "object_id": pl.String(),
        "person_number": pl.Int64(),
        "programme_code": pl.String(),
        "area_code": pl.String(),
    }
)
_ACCESS = pl.Schema(
    {
        "happened_at": pl.Datetime("us"),
        "actor": pl.String(),
        "person_number": pl.Int64(),
        "purpose": pl.String(),
        "case_id": pl.String(),
        "object": pl.String(),
        "rows": pl.Int64(),
        "is_break_glass": pl.Boolean(),
    }
)


@dataclass(frozen=True, slots=True)
class Office:
    """One quarter of an office's work.

    People are `person_number`s of the country (Int64).
    """

    officials: pl.DataFrame
    """actor, person_number, area_code, role, valid_from, valid_to."""
    actions: pl.DataFrame
    """action_id, happened_at, actor, action, object_kind, object_id, person_number, programme_code,
    area_code."""
    accesses: pl.DataFrame
    """entry_id, happened_at, actor, person_number, purpose, case_id, object, rows, is_break_glass."""
    cases: pl.DataFrame
    """case_id, person_number, opened_on, closed_on."""
    truth: pl.DataFrame
    """rule_id, actor, pattern, period: the month in which the pattern was planted."""


def simulate_office(people: pl.DataFrame, as_of: dt.date, seed: int) -> Office:
    """Simulate the three whole months of office work before `as_of`.

    Args:
        people: person_number, district_code, age, is_alive, household_number and the numbers of
            father, mother and spouse of the country.
        as_of: the day on which the country is looked at.
        seed: the same seed gives the same office.
    """
    return _OfficeWork(people, as_of, seed).done()


class _OfficeWork:
    def __init__(self, people: pl.DataFrame, as_of: dt.date, seed: int) -> None:
        self.rng = np.random.default_rng([seed, 4344])
        living = people.filter(pl.col("is_alive"))
        self.people = living.select(
            pl.col("person_number").cast(pl.Int64),
            area_code=pl.col("district_code").cast(pl.String),
            age=pl.col("age"),
            household_number=pl.col("household_number").cast(pl.Int64),
            father_number=pl.col("father_number").cast(pl.Int64),
            mother_number=pl.col("mother_number").cast(pl.Int64),
            spouse_number=pl.col("spouse_number").cast(pl.Int64),
        )
        self.last_month = (as_of.replace(day=1) - dt.timedelta(days=1)).replace(day=1)
        self.first_day = _months_before(self.last_month, 2)
        self.days = (as_of.replace(day=1) - self.first_day).days
        self.officials = self._appoint()
        self.kin = self._kin_numbers()
        self.by_area = dict(self.people.group_by("area_code").agg("person_number").iter_rows())
        self.cases = self._open_cases()
        self._actions: list[tuple[object, ...]] = []
        self._accesses: list[tuple[object, ...]] = []
        self._truth: list[tuple[str, str, str, dt.date]] = []

    def done(self) -> Office:
        self._work_ordinarily()
        planted = self.officials.sample(
            n=PLANTED_A_PATTERN * (len(ACTION_PATTERNS) + len(ACCESS_PATTERNS)),
            seed=int(self.rng.integers(1 << 30)),
        )
        patterns = [
            *(("D43", pattern) for pattern in ACTION_PATTERNS for _ in range(PLANTED_A_PATTERN)),
            *(("D44", pattern) for pattern in ACCESS_PATTERNS for _ in range(PLANTED_A_PATTERN)),
        ]
        for (rule, pattern), official in zip(patterns, planted.iter_rows(named=True), strict=True):
            getattr(self, f"_plant_{pattern}")(official)
            self._truth.append((rule, official["actor"], pattern, self.last_month))
        actions = pl.DataFrame(self._actions, schema=_ACTION, orient="row")
        accesses = pl.DataFrame(self._accesses, schema=_ACCESS, orient="row")
        actions = actions.sort("happened_at", "object_id", "action")
        accesses = accesses.sort("happened_at", "actor", "person_number")
        return Office(
            officials=self.officials,
            actions=actions.with_row_index("number").select(
                pl.format("action-{}", "number").alias("action_id"), pl.exclude("number")
            ),
            accesses=accesses.with_row_index("number").select(
                pl.format("entry-{}", "number").alias("entry_id"), pl.exclude("number")
            ),
            cases=self.cases,
            truth=pl.DataFrame(
                self._truth,
                schema={
                    "rule_id": pl.String,
                    "actor": pl.String,
                    "pattern": pl.String,
                    "period": pl.Date,
                },
                orient="row",
            ),
        )

    # Who works, and on what

    def _appoint(self) -> pl.DataFrame:
        adults = self.people.filter(pl.col("age").is_between(25, 59))
        # An official whose household has others can be tempted by their records.
        shared = adults.filter(pl.len().over("household_number") > 1)
        count = max(FEWEST_OFFICIALS, len(self.people) // PEOPLE_AN_OFFICIAL)
        chosen = shared.unique("household_number", keep="first", maintain_order=True).head(count)
        numbers = np.arange(len(chosen))
        return chosen.select(
            actor=pl.Series(numbers).cast(pl.String).str.zfill(5).str.replace("^", "official-"),
            person_number=pl.col("person_number"),
            area_code=pl.col("area_code"),
            role=pl.Series([ROLES[number % len(ROLES)] for number in numbers]),
            valid_from=pl.lit(self.first_day - dt.timedelta(days=700)),
            valid_to=pl.lit(None, pl.Date),
        )

    def _open_cases(self) -> pl.DataFrame:
        subjects = self.people.sample(
            n=max(int(len(self.people) * CASES_FOR_PEOPLE), 60),
            seed=int(self.rng.integers(1 << 30)),
        )
        opened = self.rng.integers(0, self.days - 10, len(subjects))
        open_for = self.rng.integers(10, 120, len(subjects))
        first = np.datetime64(self.first_day, "D")
        ended = first + (opened + open_for).astype("timedelta64[D]")
        is_open = opened + open_for > self.days
        return subjects.select(
            case_id=pl.Series(np.arange(len(subjects))).cast(pl.String).str.replace("^", "case-"),
            person_number=pl.col("person_number"),
            opened_on=pl.Series(first + opened.astype("timedelta64[D]")),
            closed_on=pl.Series(ended).set(pl.Series(is_open), None),
        )

    def _others_of(self, official: dict[str, object]) -> list[int]:
        home = self.people.filter(person_number=official["person_number"])["household_number"][0]
        others = self.people.filter(
            (pl.col("household_number") == home)
            & (pl.col("person_number") != official["person_number"])
        )
        return others["person_number"].to_list()

    def _kin_numbers(self) -> set[int]:
        """The officials, whom they live with, and everybody three ties of blood or marriage away."""
        homes = self.officials.join(self.people, on="person_number")["household_number"]
        known = set(
            self.people.filter(pl.col("household_number").is_in(homes.implode()))["person_number"]
        )
        ties = pl.concat(
            self.people.select("person_number", relative=name).drop_nulls()
            for name in ("father_number", "mother_number", "spouse_number")
        )
        both = pl.concat([ties, ties.select(person_number="relative", relative="person_number")])
        for _ in range(KIN_STEPS):
            known |= set(both.filter(pl.col("person_number").is_in(sorted(known)))["relative"])
        return known

    # Ordinary work

    def _work_ordinarily(self) -> None:
        """Two people behind each payment, now and then a slip; readings under a case or in the area."""
        away = self.kin
        actors = self.officials["actor"].to_list()
        areas = dict(self.officials.select("actor", "area_code").iter_rows())
        leaders = self.officials.filter(role="team_leader")["actor"].to_list()
        serial = 0
        for actor in actors:
            own = [number for number in self.by_area[areas[actor]] if number not in away]
            for _ in range(int(self.rng.integers(20, 60)) if own else 0):
                serial += 1
                person = int(self.rng.choice(own))
                minute = self._minute()
                self._act(actor, "enter", "payment", serial, person, minute)
                if self.rng.random() < 0.01:
                    # A deputy on a day when nobody else is there.
                    approver = actor
                else:
                    approver = str(self.rng.choice([name for name in leaders if name != actor]))
                self._act(
                    approver, "approve", "payment", serial, person, minute + dt.timedelta(hours=5)
                )
                if self.rng.random() < 0.05:
                    self._act(actor, "create", "note", serial, person, minute)
                    slip = (
                        dt.timedelta(minutes=20)
                        if self.rng.random() < 0.8
                        else dt.timedelta(days=2)
                    )
                    self._act(actor, "revert", "note", serial, person, minute + slip)
                self._read(actor, person, "application", None, minute)
            # Emergency access, rarely.
            if self.rng.random() < 0.1:
                anybody = int(self.rng.choice(self.people["person_number"].to_numpy()))
                if anybody not in away:
                    self._read(actor, anybody, "emergency", None, self._minute(), broken=True)
        for case in self.cases.iter_rows(named=True):
            if case["person_number"] in away:
                continue
            actor = str(self.rng.choice(actors))
            opened = dt.datetime.combine(case["opened_on"], dt.time(10))
            for day in range(int(self.rng.integers(1, 4))):
                at = opened + dt.timedelta(days=day)
                self._read(actor, case["person_number"], "investigation", case["case_id"], at)
        # A stray reading of one person without a case.
        for actor in self.rng.choice(actors, max(len(actors) // 10, 1), replace=False):
            stray = [number for number in self.by_area[areas[str(actor)]] if number not in away]
            if stray:
                self._read(str(actor), int(stray[0]), None, None, self._minute())

    # Planted patterns

    def _plant_alone(self, official: dict[str, object]) -> None:
        for person in self._strangers(official, 6):
            at = self._minute_of_last_month()
            serial = int(self.rng.integers(10**6, 10**9))
            self._act(str(official["actor"]), "enter", "payment", serial, person, at)
            at += dt.timedelta(minutes=3)
            self._act(str(official["actor"]), "approve", "payment", serial, person, at)

    def _plant_reverted(self, official: dict[str, object]) -> None:
        for person in self._strangers(official, 8):
            at = self._minute_of_last_month(latest=20)
            serial = int(self.rng.integers(10**6, 10**9))
            self._act(str(official["actor"]), "create", "payment", serial, person, at)
            at += dt.timedelta(days=int(self.rng.integers(1, 7)))
            self._act(str(official["actor"]), "revert", "payment", serial, person, at)

    def _plant_family(self, official: dict[str, object]) -> None:
        person = self._others_of(official)[0]
        serial = int(self.rng.integers(10**6, 10**9))
        at = self._minute_of_last_month()
        self._act(str(official["actor"]), "enter", "payment", serial, person, at)

    def _plant_no_case(self, official: dict[str, object]) -> None:
        own = self.by_area[str(official["area_code"])]
        away = self.kin
        near = [number for number in own if number not in away][:5]
        people = near + self._strangers(official, 5 - len(near))
        for person in people:
            self._read(str(official["actor"]), person, None, None, self._minute_of_last_month())

    def _plant_outside_area(self, official: dict[str, object]) -> None:
        for person in self._strangers(official, 6, outside=True):
            at = self._minute_of_last_month()
            self._read(str(official["actor"]), person, "consultation", None, at)

    def _plant_relative(self, official: dict[str, object]) -> None:
        for person in self._others_of(official)[:2]:
            at = self._minute_of_last_month()
            self._read(str(official["actor"]), person, "consultation", None, at)

    def _plant_volume(self, official: dict[str, object]) -> None:
        at = dt.datetime.combine(self.last_month + dt.timedelta(days=12), dt.time(9))
        for place, person in enumerate(self._strangers(official, 150)):
            moment = at + dt.timedelta(minutes=place)
            self._read(str(official["actor"]), person, "investigation", None, moment)

    def _strangers(
        self, official: dict[str, object], count: int, *, outside: bool = False
    ) -> list[int]:
        if count <= 0:
            return []
        away = pl.col("person_number").is_in(sorted(self.kin))
        others = self.people.filter(~away)
        if outside:
            others = others.filter(pl.col("area_code") != official["area_code"])
        drawn = others.sample(n=min(count, len(others)), seed=int(self.rng.integers(1 << 30)))
        return drawn["person_number"].to_list()

    # Rows

    def _minute(self) -> dt.datetime:
        minutes = int(self.rng.integers(0, (self.days - 3) * 9 * 60))
        start = dt.datetime.combine(self.first_day, dt.time(9))
        return start + dt.timedelta(days=minutes // 540, minutes=minutes % 540)

    def _minute_of_last_month(self, latest: int = 27) -> dt.datetime:
        day = self.last_month + dt.timedelta(days=int(self.rng.integers(0, latest)))
        return dt.datetime.combine(day, dt.time(9)) + dt.timedelta(
            minutes=int(self.rng.integers(0, 500))
        )

    def _act(
        self, actor: str, action: str, kind: str, serial: int, person: int, at: dt.datetime
    ) -> None:
        object_id = f"{kind}-{serial}"
        self._actions.append((at, actor, action, kind, object_id, person, None, None))

    def _read(
        self,
        actor: str,
        person: int,
        purpose: str | None,
        case_id: str | None,
        at: dt.datetime,
        *,
        broken: bool = False,
    ) -> None:
        self._accesses.append((at, actor, person, purpose, case_id, "person", 1, broken))


def _months_before(month: dt.date, count: int) -> dt.date:
    number = month.year * 12 + month.month - 1 - count
    return dt.date(number // 12, number % 12 + 1, 1)
