"""Nights of the simulated country: folders of deliveries, as institutions drop them.

Here: carrying out the plans of each night, late and repeated files, and the truth beside them.
Never here: the landing folder of a hub (the caller names a folder), or reading deliveries.
Next: `hub country simulate` calls `render_nights`; the hub takes the files in like any others.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import polars as pl

from hub.catalogue import Delivery, DocumentType, Encoding
from hub.delivery import DeliveryName
from sources.country.facts import family_facts, identifiers, planted_cases
from sources.country.faults import (
    choose,
    hostile_deliveries,
)
from sources.country.feed_faults import FeedFault, fault_on, planted_faults
from sources.country.noise import NoiseRates
from sources.country.population import simulate_population
from sources.country.rendering.calendar import (
    EVERY_DAY,
    Plan,
    Reason,
    plan_first_night,
    plan_later_night,
)
from sources.country.rendering.contents import Telling
from sources.country.rendering.documents import (
    first_line,
)
from sources.country.rendering.files import File, make_file
from sources.country.rendering.own_columns import People
from sources.country.rendering.selection import (
    HELD_BACK_PER_MILLION,
    add_rows,
    index_carriers,
)
from sources.country.truth import NightTruth, write_country_truth
from sources.registry import load_catalogue

WORKERS = 2
PERSON_COLUMNS = (
    "person_number",
    "national_id",
    "full_name",
    "name_roman",
    "birth_date",
    "sex",
    "household_number",
    "family_household_number",
    "lives_apart",
)
LATE_FILES_A_NIGHT = 2
REPEATED_FILES_A_NIGHT = 3
_KEPT_FOR_DAMAGE_BYTES = 400_000
_FEWEST_CORRECTED_ROWS, _MOST_CORRECTED_ROWS = 5, 2_000
_SMALLEST_EXAMPLE_BYTES = 400

Progress = Callable[[dt.date, int, int], None]
"""Called with the night, files made and files to make."""


class Source(Protocol):
    """A simulated country, as far as its deliveries need it."""

    def facts(self, family: str) -> pl.DataFrame:
        """Return the true facts of a family: canonical columns and `person_number`."""

    def persons(self) -> pl.DataFrame:
        """Return a line a person: person_number, national_id, names, birth_date, sex."""

    def planted(self) -> pl.DataFrame:
        """Return the planted cases, with `person_number`."""

    def identifiers(self) -> pl.DataFrame:
        """Return the numbers that stand for people: person_number, national_id, kind."""


class PopulatedCountry:
    """The simulated country itself, as a source of deliveries."""

    def __init__(self, people: int, seed: int, as_of: dt.date) -> None:
        self._country = simulate_population(people, seed, as_of)

    def people(self) -> pl.DataFrame:
        """Return everybody as they truly are (`Country.people`)."""
        return self._country.people

    def facts(self, family: str) -> pl.DataFrame:
        """Return the true facts of a family: canonical columns and `person_number`."""
        return family_facts(self._country, family)

    def persons(self) -> pl.DataFrame:
        """Return a line a person, by `person_number`."""
        return self._country.people.select(PERSON_COLUMNS)

    def planted(self) -> pl.DataFrame:
        """Return the planted cases."""
        return planted_cases(self._country)

    def identifiers(self) -> pl.DataFrame:
        """Return every number that stands for a person."""
        return identifiers(self._country)


@dataclass(frozen=True, slots=True)
class NightSummary:
    """What was written for one night."""

    night: dt.date
    files: int
    rows: int
    size_bytes: int
    seconds: float


@dataclass(slots=True)
class _Night:
    """A night being written."""

    day: dt.date
    folder: Path
    truth: NightTruth = field(default_factory=NightTruth)
    files: int = 0
    rows: int = 0
    size_bytes: int = 0

    def put(
        self, institution: str, document_type: str, file_name: str, content: bytes, kind: str,
        rule: str | None, rows: int,
    ) -> None:  # fmt: skip
        """Write a file and note it in the truth."""
        place = self.folder / institution
        place.mkdir(parents=True, exist_ok=True)
        (place / file_name).write_bytes(content)
        self.truth.add_delivery(institution, document_type, file_name, kind, rule, rows)
        self.files, self.rows, self.size_bytes = (
            self.files + 1,
            self.rows + rows,
            self.size_bytes + len(content),
        )


def _note_rows(truth: NightTruth, file: File, file_name: str) -> None:
    document = file.plan.document
    line = first_line(document)
    truth.add_rows(document.code, file_name, line, file.person_numbers)
    for bad in file.bad_rows:
        truth.add_bad_row(document.code, file_name, line + bad.row, bad.column, bad.rule)


def _late_files(plans: Sequence[Plan], seed: int, day: dt.date) -> set[str]:
    """Return the types whose files of this night arrive a night later."""
    able = [plan for plan in plans if plan.document.cycle in EVERY_DAY]
    chosen = choose(LATE_FILES_A_NIGHT, len(able), seed, "late", day)
    return {able[position].document.code for position in chosen}


def _repeat_files(night: _Night, before: Sequence[File], seed: int) -> None:
    """Put some of the night before's files again: same bytes, same name or a new stamp."""
    able = [file for file in before if len(file.content) < _KEPT_FOR_DAMAGE_BYTES]
    for number, position in enumerate(choose(REPEATED_FILES_A_NIGHT, len(able), seed, night.day)):
        file = able[position]
        name = file.name
        stamped_inside = file.plan.document.delivery in (Delivery.FIXED_WIDTH, Delivery.XML)
        if number % 2 and not stamped_inside:
            name = DeliveryName(
                name.document,
                name.period,
                name.sequence,
                name.made_at + dt.timedelta(days=1),
                name.ending,
            )
        document = file.plan.document
        night.put(
            document.institution, document.code, str(name), file.content, "duplicate", None,
            file.rows,
        )  # fmt: skip
        _note_rows(night.truth, file, str(name))


def _shape(file: File) -> tuple[Delivery, Encoding]:
    return file.plan.document.delivery, file.plan.document.encoding


def _damage(night: _Night, sound: Sequence[tuple[DocumentType, bytes]], *, few: bool) -> None:
    made_at = dt.datetime.combine(night.day, dt.time(2, 45))
    for bad in hostile_deliveries(sound, made_at, few=few):
        night.put(bad.institution, "", bad.file_name, bad.content, "hostile", bad.rule, 0)


def tell_country(
    source: Source,
    seed: int,
    first_night: dt.date,
    noise: NoiseRates | None = None,
    changed: float = HELD_BACK_PER_MILLION / 1_000_000,
) -> Telling:
    """Return the country of `source` ready to be told by its institutions."""
    catalogue = load_catalogue()
    planted = source.planted()
    concerned = [name for name in planted.columns if name.endswith("person_number")]
    numbers = pl.concat(
        [pl.Series("person_number", [], dtype=pl.Int64)]
        + [planted[name].drop_nulls().cast(pl.Int64).alias("person_number") for name in concerned]
    ).unique()
    facts = {family: add_rows(source.facts(family), numbers) for family in catalogue.families}
    carried: dict[str, pl.DataFrame] = {}
    for frame in facts.values():
        carried |= index_carriers(frame)
    return Telling(
        catalogue=catalogue,
        facts=facts,
        carried=carried,
        people=People(source.persons()),
        seed=seed,
        first_night=first_night,
        noise=noise or NoiseRates(),
        held_back_per_million=round(changed * 1_000_000),
    )


def render_nights(
    source: Source,
    seed: int,
    first_night: dt.date,
    nights: int,
    out: Path,
    truth: Path,
    *,
    faults: bool = True,
    bad_rows: bool = True,
    corrupt: bool = False,
    noise: NoiseRates | None = None,
    document_types: Collection[str] | None = None,
    feed_faults: Collection[FeedFault] = (),
    changed: float = HELD_BACK_PER_MILLION / 1_000_000,
    progress: Progress | None = None,
) -> list[NightSummary]:
    """Write `<out>/<YYYYMMDD>/<institution>/<file>` for each night, and the truth beside it.

    The first night has a file of every document type; later nights have what is due, what
    became known, supplements under new schema versions, and corrections.

    Args:
        source: the country.
        seed: of all draws; the same arguments give the same bytes.
        first_night: day of the first night.
        nights: how many nights, the first included.
        out: folder for the nights.
        truth: folder for the truth; never inside `out`.
        faults: late and repeated files, and a few damaged ones. Without them the same
            deliveries arrive, each once and on its own night.
        bad_rows: added rows that must be quarantined, in about 40 types.
        corrupt: one damaged file of every kind, on the last night.
        noise: rates of slips of a sender of ordinary care.
        document_types: codes of the types to render; all of them by default.
        feed_faults: feeds that go wrong as a whole from a day on; the truth lists them.
        changed: share of what daily and weekly senders tell that becomes known on each later night.
        progress: told of every file.

    Raises:
        FileExistsError: a night's folder already holds files.
    """
    telling = tell_country(source, seed, first_night, noise, changed)
    documents = [
        document
        for document in telling.catalogue.documents.values()
        if document_types is None or document.code in document_types
    ]
    correctable: list[DocumentType] = []
    sound: dict[tuple[Delivery, Encoding], tuple[DocumentType, bytes]] = {}
    planted = pl.concat([source.planted(), planted_faults(feed_faults)], how="diagonal_relaxed")
    write_country_truth(truth, telling.people.card, planted, source.identifiers())
    summaries: list[NightSummary] = []
    late: list[File] = []
    before: list[File] = []
    for number in range(nights):
        started = time.perf_counter()
        day = first_night + dt.timedelta(days=number)
        night = _Night(day, out / f"{day:%Y%m%d}")
        if night.folder.exists() and any(night.folder.iterdir()):
            raise FileExistsError(f"{night.folder} already holds deliveries; name another folder")
        plans = (
            plan_first_night(documents, day, seed)
            if number == 0
            else plan_later_night(documents, correctable, first_night, day, seed)
        )
        is_last = number == nights - 1
        held = _late_files(plans, seed, day) if faults and number and not is_last else set()
        arrived_late, late = late, []
        kept: list[File] = []
        with ThreadPoolExecutor(WORKERS) as workers:
            wrong = [fault_on(feed_faults, plan.document.code, day) for plan in plans]
            files = workers.map(
                lambda plan, fault: make_file(telling, plan, bad_rows=bad_rows, fault=fault),
                plans,
                wrong,
            )
            for done, file in enumerate(files, start=1):
                if progress is not None:
                    progress(day, done, len(plans))
                if file is None:
                    continue
                document = file.plan.document
                if document.code in held and file.plan.reason is Reason.DUE:
                    late.append(file)
                    continue
                _put(night, file, str(file.plan.reason))
                if number == 0 and _FEWEST_CORRECTED_ROWS <= file.rows <= _MOST_CORRECTED_ROWS:
                    correctable.append(document)
                if len(file.content) < _KEPT_FOR_DAMAGE_BYTES:
                    kept.append(file)
                if _SMALLEST_EXAMPLE_BYTES < len(file.content) < _KEPT_FOR_DAMAGE_BYTES:
                    sound.setdefault(_shape(file), (document, file.content))
        for file in arrived_late:
            _put(night, file, "late")
        if faults and number:
            _repeat_files(night, before, seed)
        if (faults and number == 0) or (corrupt and is_last):
            _damage(night, list(sound.values()), few=not (corrupt and is_last))
        before = kept
        night.truth.write(truth, day)
        seconds = time.perf_counter() - started
        summaries.append(NightSummary(day, night.files, night.rows, night.size_bytes, seconds))
    return summaries


def _put(night: _Night, file: File, kind: str) -> None:
    document = file.plan.document
    night.put(
        document.institution, document.code, str(file.name), file.content, kind, None, file.rows
    )
    _note_rows(night.truth, file, str(file.name))
