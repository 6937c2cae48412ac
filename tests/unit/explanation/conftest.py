"""People and units made of the facts that a test names; all other facts are unknown."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from hub.programmes.catalogue import load_programmes
from hub.programmes.evaluation.replay import replay
from hub.programmes.explanation.case_file import CaseFile, Document, Source
from hub.programmes.explanation.texts import Text
from hub.programmes.facts import load_facts, subject_columns
from hub.programmes.parameters import in_force, load_parameters

DAY = dt.date(2026, 3, 31)
_TYPES = {"VARCHAR": pl.String, "BIGINT": pl.Int64, "BOOLEAN": pl.Boolean, "UBIGINT": pl.UInt64}


@pytest.fixture(scope="session")
def programmes():
    return {programme.code: programme for programme in load_programmes()}


@pytest.fixture(scope="session")
def row():
    """Return a row of a subject table: facts by name, sets as the words held (known throughout)."""

    def make(scope, subject_id, **facts):
        values = {"subject_id": subject_id}
        for name, value in facts.items():
            fact = load_facts()[name]
            if fact.type != "set":
                values[name] = value
                continue
            words = [0] * len(fact.columns)
            for each in value:
                number, bit = fact.bit(each)
                words[number] |= 1 << bit
            values |= dict(zip(fact.columns, words, strict=True))
            values |= dict.fromkeys(fact.known_columns, (1 << 64) - 1)
        schema = {name: _TYPES[kind] for name, kind in subject_columns(scope).items()}
        return pl.DataFrame([values], schema=schema)

    return make


@pytest.fixture(scope="session")
def case_of():
    """Return a case file of a row: its facts, a birth date, two document types."""

    def make(subject, *, born=None, sources=(), gaps=None, household_id=None):
        values = {
            name: value
            for name, value in subject.row(0, named=True).items()
            if isinstance(value, (bool, int, str))
        }
        name = values["subject_id"]
        return CaseFile(
            person_id=name,
            household_id=household_id,
            night=DAY,
            release_id="r000001",
            values={"person": values},
            births={} if born is None else {name: born},
            sources=tuple(Source(name, *each) for each in sources),
            gaps=gaps or {},
            documents={
                "I01-F01-01": Document(
                    "I01-F01-01", Text("Resident register", "주민등록"), Text("Ministry", "행안부")
                ),
                "I06-F31-01": Document(
                    "I06-F31-01", Text("Disability register", "등록장애인"), Text("MOHW", "복지부")
                ),
            },
            programmes={each.code: Text(each.name_en, each.name_ko) for each in load_programmes()},
            parameters=in_force(load_parameters(), DAY),
        )

    return make


@pytest.fixture(scope="session")
def decided(programmes):
    """Return the replay of a programme for a row."""

    def make(subject, code, *, gaps=(), members=None):
        return replay(subject, programmes[code], load_parameters(), DAY, members=members, gaps=gaps)

    return make
