"""One person of a release with everything an explanation names, as of a day.

Here: looking rows up, ages on another day. Never here: choosing the release (`pipelines.moments`),
sentences (`hub.programmes.explanation`) or printing. Next: `pipelines.explain_commands`.
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
    StoredDecision,
)
from hub.programmes.explanation.evidence import MEANS
from hub.programmes.explanation.texts import Text
from hub.programmes.parameters import PARAMETER_FOLDER, in_force, load_parameters
from hub.programmes.programme import Programme
from pipelines.case_documents import case_members, documents_of, received_on, sources_of
from pipelines.facts_on_a_day import aged, with_children, youngest_children
from pipelines.moments import Moment, NoCaseError
from warehouse.person_rows import PersonRows

_MEANS = tuple(part for part, _ in MEANS)


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
    sources = sources_of(rows, everybody)
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
        members=case_members(unit, people, received_on(rows, unit)),
        sources=sources,
        gaps={
            (code, bit): tuple(types)
            for code, bit, types in rows.whole(
                "condition_gap", ["programme_code", "bit", "document_types"]
            ).iter_rows()
        },
        documents=documents_of(rows),
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


@lru_cache(maxsize=1)
def parameter_meanings(folder: Path = PARAMETER_FOLDER) -> Mapping[str, str]:
    """Return parameter → meaning, as its file says."""
    return {
        parameter["name"]: parameter["meaning"]
        for path in folder.glob("*.toml")
        for parameter in tomllib.loads(path.read_text("utf-8")).get("parameter", [])
    }
