"""Nights of a small country, for tests: its deliveries, and a hub that plays them step by step.

Run as a program, `night_scene.py <home> <drops> <deaths>` plays parts of the first night, each in a
process of its own that dies. `deaths` is a JSON array of [part, HUB_FAULT, call]: the part is
`land`, `build` (lands first), `release` (builds first) or `publish` alone; the call, as `finish:3`,
is one of `MORTAL`. Prints a JSON object a death.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import json
import os
import signal
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any
from unittest import mock

import polars as pl

from hub.catalogue import Kind
from hub.extracts.contracts import contracted_ministries
from pipelines.steps import landing, stages
from pipelines.steps.context import NightContext
from pipelines.steps.families import build_night_tables
from pipelines.steps.intake import drop, take_deliveries
from pipelines.steps.validation import Verdict
from sources.country.nights import PopulatedCountry, render_nights
from sources.registry import load_catalogue
from warehouse.lake import DeliveryWriter
from warehouse.layout import Layout
from warehouse.ledger import Ledger
from warehouse.releases import list_releases, verify
from warehouse.workbench import Workbench

FIRST = dt.date(2026, 3, 31)
SECOND, THIRD = FIRST + dt.timedelta(days=1), FIRST + dt.timedelta(days=2)
SEED = 7
KEY = bytes(range(32))
"""The same in every hub of the tests, so that tokens and IDs can be compared."""

INDISPENSABLE = frozenset(
    {
        "I01-F01-01", "I01-F02-01", "I01-F02-04", "I01-F04-01", "I02-F04-02", "I03-F11-02",
        "I04-F06-01", "I04-F07-01", "I06-F34-06", "I06-F35-01", "I06-F35-02", "I23-F19-01",
        "I24-F19-01", "I37-F35-01",
    }
)  # fmt: skip
"""Types that index, profile, programmes and rules need to have something to do."""


def some_types(one_in: int) -> set[str]:
    """Return the indispensable types and one in so many of the others."""
    codes = load_catalogue().documents
    return {code for number, code in enumerate(codes) if number % one_in == 0} | (
        INDISPENSABLE & set(codes)
    )


class SmallCountry:
    """A country whose facts are made once, however often it is told."""

    def __init__(self, people: int) -> None:
        self._country = PopulatedCountry(people, SEED, FIRST)
        self._facts: dict[str, pl.DataFrame] = {}

    def facts(self, family: str) -> pl.DataFrame:
        if family not in self._facts:
            self._facts[family] = self._country.facts(family)
        return self._facts[family]

    def persons(self) -> pl.DataFrame:
        return self._country.persons()

    def planted(self) -> pl.DataFrame:
        return self._country.planted()

    def identifiers(self) -> pl.DataFrame:
        return self._country.identifiers()

    @cached_property
    def national_ids(self) -> set[str]:
        """Every number that anybody has or had, as thirteen digits."""
        found = set(self.persons()["national_id"].drop_nulls())
        for family in load_catalogue().families.values():
            facts = self.facts(family.code)
            for column in family.columns:
                if column.kind is Kind.ID and column.name in facts.columns:
                    found |= set(facts[column.name].drop_nulls())
        return {number.replace("-", "") for number in found}


@lru_cache(maxsize=2)
def small_country(people: int) -> SmallCountry:
    """Return this process's country of so many people."""
    return SmallCountry(people)


def tell(
    folder: Path,
    people: int,
    nights: int,
    *,
    faults: bool = True,
    corrupt: bool = False,
    types: Collection[str] | None = None,
) -> None:
    """Write `<folder>/nights` and `<folder>/truth`."""
    render_nights(
        small_country(people), SEED, FIRST, nights, folder / "nights", folder / "truth",
        faults=faults, corrupt=corrupt, document_types=types,
    )  # fmt: skip


@contextmanager
def unflushed() -> Iterator[None]:
    """Write without waiting for the disk: no power cut is tested here, and flushing takes long."""
    with mock.patch.object(os, "fsync", return_value=None):
        yield


def _accept(*_arguments: object) -> Verdict:
    """Stand in for Great Expectations, which takes ten seconds to import."""
    return Verdict(0, 0, ())


def open_night(home: Path, night: dt.date) -> NightContext:
    """Return the context of a night in a hub with the tests' key."""
    layout = Layout(home)
    layout.prepare()
    if not layout.key_file.exists():
        layout.key_file.touch(mode=0o600)
        layout.key_file.write_bytes(KEY)
    return NightContext(layout, night)


def land_night(context: NightContext, drops: Path | None) -> dict[str, int]:
    """Take `<drops>/<YYYYMMDD>` in and land every type that waits; return what intake said.

    Every expectation holds: `test_no_national_id_leaks` runs a night with the real ones.
    """
    if drops is not None:
        drop(drops / f"{context.night:%Y%m%d}", context.layout.landing)
    taken = take_deliveries(context)
    with mock.patch.object(landing, "validate_delivery", _accept):
        for code in sorted({record.document_type for record in context.ledger.pending()}):
            landing.land_document(context, code)
    return taken


def build_tables(context: NightContext) -> None:
    """Build everything that follows from what has landed, short of publishing."""
    build_night_tables(context)
    stages.index_people(context)
    stages.form_households(context)
    stages.profile_people(context)
    stages.decide_programmes(context)
    stages.find_improper_receipt(context)


def play_night(home: Path, night: dt.date, drops: Path | None) -> None:
    """Play a whole night."""
    context = open_night(home, night)
    with context.ledger, unflushed():
        land_night(context, drops)
        build_tables(context)
        stages.publish_release(context)
        stages.stand_eligibility(context)
        for ministry in contracted_ministries():
            stages.extract_for(context, ministry)


def csv_rows(content: bytes, encoding: str = "utf-8") -> list[list[str]]:
    """Return the records of a CSV delivery, its header first."""
    return list(csv.reader(io.StringIO(content.decode(encoding))))


def csv_bytes(rows: list[list[str]], encoding: str = "utf-8") -> bytes:
    """Write records as a CSV delivery."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode(encoding)


def _die_at_call(of: type, name: str, number: int) -> None:
    """Kill this process when method `name` is called for the `number`th time."""
    original = getattr(of, name)
    calls = itertools.count(1)

    def dying(*arguments: Any, **named: Any) -> Any:
        if next(calls) == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*arguments, **named)

    setattr(of, name, dying)


MORTAL = {"finish": DeliveryWriter, "mark_landed": Ledger, "build": Workbench}
"""Methods in whose calls a process may be made to die, as `finish:3` says."""


def _play_part(home: Path, night: dt.date, drops: Path | None, what: str) -> None:
    context = open_night(home, night)
    if what != "publish":
        land_night(context, drops)
    if what in {"build", "release"}:
        build_tables(context)
    if what in {"release", "publish"}:
        stages.publish_release(context)


def _main() -> None:
    home, drops = Path(sys.argv[1]), Path(sys.argv[2])
    for number, (what, fault, death) in enumerate(json.loads(sys.argv[3])):
        child = os.fork()
        if not child:
            os.environ["HUB_FAULT"] = fault
            if death:
                method, call = death.split(":")
                _die_at_call(MORTAL[method], method, int(call))
            _play_part(home, FIRST, None if number else drops, what)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        known = list_releases(Layout(home))
        row = {
            "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
            "releases": [release.release_id for release in known],
            "problems": [problem for release in known for problem in verify(release)],
        }
        sys.stdout.write(json.dumps(row) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    # Each death is that of a child: importing everything takes longer than most of them live.
    _main()
