"""One person of a release with everything an explanation names, as of a day.

Here: choosing the release, looking rows up, ages on another day. Never here: sentences
(`hub.programmes.explanation`) or printing (`pipelines.explain_commands`).

A release is known from its night on, as memberships and parameters are: the release that was known on a
day is the newest that is in force of a night up to it.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import polars as pl

from hub.programmes.evaluation.replay import Replay, replay
from hub.programmes.explanation.case_file import (
    CaseFile,
    Document,
    Member,
    Source,
    StoredDecision,
)
from hub.programmes.explanation.evidence import ASSETS, FIGURES, MEANS
from hub.programmes.explanation.texts import Text
from hub.programmes.parameters import PARAMETER_FOLDER, in_force, load_parameters
from hub.programmes.programme import Programme
from pipelines.facts_on_a_day import aged, with_children, youngest_children
from warehouse.layout import Layout
from warehouse.ledger import Ledger, ReleaseState
from warehouse.person_rows import PersonRows
from warehouse.releases import Release, current, open_release

_FIGURES = ", ".join(f"'{figure}'" for figure in FIGURES)
_INCOMES = ", ".join(f"'{figure}'" for figure in FIGURES if figure not in {*ASSETS, "debt"})
_UNIT_OF_AMOUNT = f"""
CASE
    WHEN figure NOT IN ({_INCOMES}) THEN 'won'
    WHEN is_period_attributed THEN 'won_per_month'
    ELSE 'won_per_year'
END"""
_MEANS = tuple(part for part, _ in MEANS)


class NoCaseError(LookupError):
    """There is nothing to explain; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The release that is asked, and the days."""

    release: Release
    day: dt.date
    known_at: dt.date

    @property
    def is_of_the_night(self) -> bool:
        """Whether the release's own decisions are those of the day."""
        return self.release.night == self.day


@dataclass(frozen=True, slots=True)
class PersonCase:
    """A person's subjects and case file."""

    moment: Moment
    case: CaseFile
    people: pl.DataFrame
    """Rows of `person_subject` of the person and all counted members, ages as of the day."""
    household: pl.DataFrame
    """The row of `household_subject`, or none."""
    counted: tuple[str, ...]
    """Counted members by ID."""
    why_no_unit: str
    """Why the person has no assistance unit; empty where there is one."""

    def subject_of(self, programme: Programme) -> pl.DataFrame:
        """Return the row that a programme is about.

        Raises:
            NoCaseError: the programme is for households and the person has none.
        """
        if programme.scope == "person":
            return self.people.filter(pl.col("subject_id") == self.case.person_id)
        if self.household.is_empty():
            raise NoCaseError(
                f"{programme.code} is given to households, and {self.case.person_id} is in none:"
                f" {self.why_no_unit}"
            )
        return self.household

    def replay(self, programme: Programme) -> Replay:
        """Decide one programme for the person or the person's unit.

        Raises:
            NoCaseError: the person has no unit and the programme needs one.
        """
        subject = self.subject_of(programme)
        members = None
        if programme.scope == "household":
            members = self.people.filter(pl.col("subject_id").is_in(self.counted))
        return replay(
            subject,
            programme,
            load_parameters(),
            self.moment.day,
            self.moment.known_at,
            members=members,
            gaps=self.case.gaps,
        )


def choose_moment(layout: Layout, as_of: dt.date | None, known_at: dt.date | None) -> Moment:
    """Choose the release for a day, as known on a day.

    Args:
        layout: where releases lie.
        as_of: the day that is decided; by default the night of the release.
        known_at: the day on which one knows; by default `as_of`, as every night decides.

    Raises:
        NoCaseError: no release reaches back to that day.
    """
    if as_of is None and known_at is None:
        release = current(layout)
        if release is None:
            raise NoCaseError("no release yet; run `hub night` first")
        return Moment(release, release.night, release.night)
    latest = min(day for day in (as_of, known_at) if day is not None)
    with Ledger.open(layout.ledger_url) as ledger:
        records = [record for record in ledger.releases() if record.state is ReleaseState.PUBLISHED]
    fitting = [record for record in records if record.night <= latest]
    if not fitting:
        first = min((record.night for record in records), default=None)
        said = f"the first is of {first}" if first else "run `hub night` first"
        raise NoCaseError(f"no release of {latest} or before; {said}")
    chosen = max(fitting, key=lambda record: (record.night, record.release_id))
    release = open_release(layout, chosen.release_id)
    day = as_of or release.night
    return Moment(release, day, known_at or day)


def read_case(moment: Moment, person_id: str) -> PersonCase:
    """Read everything about one person.

    Raises:
        NoCaseError: the release has no such living person.
    """
    with PersonRows(moment.release) as rows:
        return _read(rows, moment, person_id)


def _read(rows: PersonRows, moment: Moment, person_id: str) -> PersonCase:
    night = moment.release.night
    mine = rows.where("assistance_unit_member", "person_id", [person_id])
    household_id, why = _unit(mine, person_id)
    unit = mine.clear()
    if household_id is not None:
        unit = rows.where("assistance_unit_member", "household_id", [household_id])
    counted = tuple(unit.filter(pl.col("is_counted"))["person_id"].sort())
    everybody = {person_id, *counted}
    people = rows.where("person_subject", "subject_id", everybody).sort("subject_id")
    born = rows.where("person", "person_id", everybody, ["person_id", "birth_date", "death_date"])
    if people.filter(pl.col("subject_id") == person_id).is_empty():
        raise NoCaseError(_absence(born, person_id, night))
    births = {who: day for who, day, _ in born.iter_rows() if day is not None}
    household, means = people.clear(), people.clear()
    if household_id is not None:
        household = rows.where("household_subject", "subject_id", [household_id])
        means = rows.where("household_means", "household_id", [household_id])
    if moment.day != night:
        youngest = youngest_children(rows, everybody)
        people = aged(people, births, youngest, moment.day)
        people = with_children(people, "subject_id", counted, births, moment.day)
        household = with_children(household, "", counted, births, moment.day)
    sources = _sources(rows, everybody)
    case = CaseFile(
        person_id=person_id,
        household_id=household_id,
        night=night,
        release_id=moment.release.release_id,
        values={
            "person": _values(people.filter(pl.col("subject_id") == person_id)),
            "household": _values(household),
        },
        births=births,
        members=_members(unit, people, _received(rows, unit)),
        sources=sources,
        gaps={
            (code, bit): tuple(types)
            for code, bit, types in rows.whole(
                "condition_gap", ["programme_code", "bit", "document_types"]
            ).iter_rows()
        },
        documents=_documents(rows),
        programmes={
            code: Text(english, korean)
            for code, english, korean in rows.whole(
                "programme", ["code", "name_en", "name_ko"]
            ).iter_rows()
        },
        parameters=in_force(load_parameters(), moment.day, moment.known_at),
        meanings=parameter_meanings(),
        means={
            name: value
            for name, value in _values(means).items()
            if name in _MEANS and isinstance(value, int)
        },
    )
    return PersonCase(moment, case, people, household, counted, why)


def stored_decision(person: PersonCase, programme: Programme) -> StoredDecision | None:
    """Return the decision that the night stored; None where it stored none, or is of another day."""
    if not person.moment.is_of_the_night:
        return None
    subject = str(person.subject_of(programme)["subject_id"][0])
    with PersonRows(person.moment.release) as rows:
        found = rows.where(
            "decision",
            "subject_id",
            [subject],
            list(StoredDecision.__dataclass_fields__),
            also=f"programme_code = '{programme.code}'",
        )
    if found.is_empty():
        return None
    row = found.row(0, named=True)
    return StoredDecision(**{**row, "interaction_codes": tuple(row["interaction_codes"] or ())})


def _unit(mine: pl.DataFrame, person_id: str) -> tuple[str | None, str]:
    counted = mine.filter(pl.col("is_counted"))
    if not counted.is_empty():
        return str(counted["household_id"][0]), ""
    if mine.is_empty():
        return None, f"no assistance unit was formed; see `hub households show {person_id}`"
    row = mine.row(0, named=True)
    reason = row.get("exclusion") or row.get("reason") or "not counted"
    return None, f"not counted in {row['household_id']} ({reason})"


def _absence(born: pl.DataFrame, person_id: str, night: dt.date) -> str:
    found = born.filter(pl.col("person_id") == person_id)
    if found.is_empty():
        return f"no person {person_id} in the release of {night}; `hub index find` looks people up"
    died = found["death_date"][0]
    said = f"is registered as dead since {died}" if died else "has no row of facts"
    return f"{person_id} {said}; only living people are decided about"


def _values(row: pl.DataFrame) -> dict[str, object]:
    if row.is_empty():
        return {}
    return {
        name: value
        for name, value in row.row(0, named=True).items()
        if isinstance(value, (bool, int, str))
    }


def _received(rows: PersonRows, records: pl.DataFrame) -> dict[str, dt.date]:
    """Return delivery → the day on which its sender made it."""
    ids = [each for each in records["delivery_id"].unique() if each is not None]
    if not ids:
        return {}
    found = rows.where("delivery", "delivery_id", ids, ["delivery_id", "made_at"])
    return {name: stamp.date() for name, stamp in found.iter_rows() if stamp is not None}


def _members(
    unit: pl.DataFrame, people: pl.DataFrame, received: Mapping[str, dt.date]
) -> tuple[Member, ...]:
    ages = dict(zip(people["subject_id"], people["age_years"], strict=True))
    return tuple(
        Member(
            person_id=row["person_id"],
            role=row["role"] or row["relation_to_head"] or "",
            age_years=ages.get(row["person_id"], row["age_years"]),
            is_counted=row["is_counted"],
            reason=row["exclusion"] or row["reason"] or "",
            source=Source(
                row["person_id"],
                "unit_size",
                None,
                row["document_type"],
                row["delivery_id"],
                row["line"],
                received.get(row["delivery_id"]),
            )
            if row["delivery_id"]
            else None,
        )
        for row in unit.sort(~pl.col("is_counted"), "person_id").iter_rows(named=True)
    )


def _sources(rows: PersonRows, people: set[str]) -> tuple[Source, ...]:
    columns = ["person_id", "fact", "said", "document_type", "delivery_id", "line"]
    found: list[Source] = []
    if rows.has("fact_evidence"):
        facts = rows.where("fact_evidence", "person_id", people, columns)
        received = _received(rows, facts)
        found += [Source(*row, received.get(row[4])) for row in facts.iter_rows()]
    if rows.has("profile_evidence"):
        means = rows.where(
            "profile_evidence",
            "person_id",
            people,
            [
                "person_id",
                "figure",
                "amount",
                *columns[3:],
                "CAST(received_at AS DATE)",
                _UNIT_OF_AMOUNT,
            ],
            also=f"use = 'used' AND figure IN ({_FIGURES})",
        )
        found += [Source(*row) for row in means.iter_rows()]
    return tuple(found)


def _documents(rows: PersonRows) -> dict[str, Document]:
    found = rows.whole("document_type")
    return {
        row["code"]: Document(
            row["code"],
            Text(row["name_en"], row["name_ko"]),
            # What an institution is for stands in brackets behind its name.
            Text(
                row["institution_name"].split(" (")[0],
                (row.get("institution_name_ko") or row["institution_name"]).split("(")[0].strip(),
            ),
        )
        for row in found.iter_rows(named=True)
    }


@lru_cache(maxsize=1)
def parameter_meanings(folder: Path = PARAMETER_FOLDER) -> Mapping[str, str]:
    """Return parameter → meaning, as its file says."""
    return {
        parameter["name"]: parameter["meaning"]
        for path in folder.glob("*.toml")
        for parameter in tomllib.loads(path.read_text("utf-8")).get("parameter", [])
    }
