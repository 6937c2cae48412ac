"""Profiles of people who do not exist, for measuring: subject tables with every fact.

Here: distributions like those of the country, at any size, in pieces. Never here: truth about anybody, or
measuring. Next: `pipelines.benchmarks.decisions` decides all programmes over them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from hub.programmes.evaluation.run import SubjectTables
from hub.programmes.facts import Fact, load_facts

_UNITS_OF_A_PIECE = 50_000
_SIZES = (0.36, 0.29, 0.19, 0.13, 0.03)
"""Shares of units of one to five people."""
_SHARE_UNKNOWN = 0.01
_RARE = 0.01
_MEDIAN = (2_564_238, 4_199_292, 5_359_036, 6_494_738, 7_556_719)
_THRESHOLDS = {
    "livelihood_threshold_amount": 320_000,
    "medical_threshold_amount": 400_000,
    "housing_threshold_amount": 480_000,
    "education_threshold_amount": 500_000,
}
Draws = dict[str, NDArray[Any]]


def write_profiles(people: int, folder: Path, seed: int = 7) -> SubjectTables:
    """Write the three subject tables of about `people` people into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = SubjectTables(
        person_subject=folder / "person_subject.parquet",
        household_subject=folder / "household_subject.parquet",
        assistance_unit_member=folder / "assistance_unit_member.parquet",
    )
    writers: dict[Path, pq.ParquetWriter] = {}
    written, piece = 0, 0
    while written < people:
        random = np.random.default_rng([seed, piece])
        sizes = random.choice(5, _UNITS_OF_A_PIECE, p=_SIZES) + 1
        ends = np.cumsum(sizes)
        sizes = sizes[: np.searchsorted(ends, people - written) + 1]
        found = _piece(random, sizes, written, piece * _UNITS_OF_A_PIECE)
        paths = (tables.person_subject, tables.household_subject, tables.assistance_unit_member)
        for path, table in zip(paths, found, strict=True):
            if path not in writers:
                writers[path] = pq.ParquetWriter(
                    path, table.schema, compression="zstd", compression_level=1
                )
            writers[path].write_table(table)
        written += int(sizes.sum())
        piece += 1
    for writer in writers.values():
        writer.close()
    return tables


def _piece(
    random: np.random.Generator, sizes: NDArray[np.int64], first_person: int, first_unit: int
) -> tuple[pa.Table, pa.Table, pa.Table]:
    facts = load_facts()
    unit_of = np.repeat(np.arange(len(sizes)), sizes)
    random.shuffle(unit_of)
    household = _units(random, sizes)
    person = _people(random, len(unit_of))
    for scope, drawn, rows in (("household", household, len(sizes)), ("person", person, None)):
        for fact in facts.values():
            if fact.scope == scope and fact.name not in drawn:
                drawn[fact.name] = _drawn(random, fact, rows or len(unit_of))
    unknown = {
        name: random.random(len(unit_of)) < _SHARE_UNKNOWN
        for name, fact in facts.items()
        if fact.scope == "person" and fact.type != "set"
    }
    unit_unknown = {
        name: random.random(len(sizes)) < _SHARE_UNKNOWN
        for name, fact in facts.items()
        if fact.scope == "household" and fact.type != "set"
    }
    people_columns: dict[str, pa.Array] = {"subject_id": _ids("person", first_person, len(unit_of))}
    unit_columns: dict[str, pa.Array] = {"subject_id": _ids("unit", first_unit, len(sizes))}
    for fact in facts.values():
        if fact.scope == "person":
            people_columns |= _columns(fact, person[fact.name], unknown.get(fact.name))
            continue
        hidden = unit_unknown.get(fact.name)
        unit_columns |= _columns(fact, household[fact.name], hidden)
        people_columns |= _columns(
            fact, household[fact.name][..., unit_of], None if hidden is None else hidden[unit_of]
        )
    members = {
        "household_id": unit_columns["subject_id"].take(pa.array(unit_of)),
        "person_id": people_columns["subject_id"],
        "is_counted": pa.array(random.random(len(unit_of)) > _RARE),
    }
    return pa.table(people_columns), pa.table(unit_columns), pa.table(members)


def _ids(kind: str, first: int, count: int) -> pa.Array:
    return pa.array([f"{kind}-{number:010}" for number in range(first, first + count)])


def _people(random: np.random.Generator, count: int) -> Draws:
    age = np.minimum(random.gamma(3.2, 14, count), 105).astype(np.int64)
    severe = random.random(count)
    return {
        "age_years": age,
        "months_since_birth": age * 12 + random.integers(0, 12, count),
        "disability": np.where(severe < 0.019, 2, np.where(severe < 0.052, 1, 0)),
        "stay_status": random.choice(6, count, p=(0.955, 0.005, 0.005, 0.001, 0.014, 0.02)),
        "ltc_grade": np.where(
            (age >= 65) & (random.random(count) < 0.1), random.integers(1, 7, count), 0
        ),
        "facility_kind": np.where(random.random(count) < _RARE, random.integers(1, 10, count), 0),
        "school_level": _school(random, age),
        "employment": np.where(
            age < 15, 0, random.choice(7, count, p=(0.3, 0.04, 0.45, 0.05, 0.12, 0.03, 0.01))
        ),
        "insured_day_count": random.integers(0, 540, count),
        "unemployed_day_count": random.integers(0, 400, count),
        "has_own_child": random.random(count) < np.where(age < 20, 0.0, 0.6),
        "months_since_childbirth": random.integers(0, 600, count),
        "birth_order": random.choice(4, count, p=(0.5, 0.36, 0.11, 0.03)) + 1,
        "pension_recognised_income_amount": random.gamma(1.4, 1_600_000, count).astype(np.int64),
        "pension_threshold_amount": np.where(random.random(count) < 0.5, 2_470_000, 3_952_000),
        "has_spouse": (age >= 25) & (random.random(count) < 0.6),
    }


def _school(random: np.random.Generator, age: NDArray[np.int64]) -> NDArray[np.int64]:
    level = np.zeros(len(age), np.int64)
    for first, last, word in (
        (1, 2, 1),
        (3, 4, 2),
        (5, 5, 3),
        (6, 11, 4),
        (12, 14, 5),
        (15, 17, 6),
    ):
        level[(age >= first) & (age <= last)] = word
    student = (age >= 18) & (age <= 24) & (random.random(len(age)) < 0.6)
    level[student] = 8
    return level


def _units(random: np.random.Generator, sizes: NDArray[np.int64]) -> Draws:
    median = np.array(_MEDIAN)[sizes - 1]
    income = (median * random.gamma(2.0, 0.6, len(sizes))).astype(np.int64)
    assets = random.gamma(0.9, 400_000_000, len(sizes)).astype(np.int64)
    ratio = -(-income * 1_000_000 // median)
    found = {name: median * rate // 1_000_000 for name, rate in _THRESHOLDS.items()}
    return found | {
        "unit_size": sizes,
        "median_income_amount": median,
        "recognised_income_amount": income,
        "recognised_income_ratio_ppm": ratio,
        "income_decile": np.minimum(ratio // 220_000 + 1, 10),
        "total_asset_amount": assets,
        "financial_asset_amount": assets // 10,
        "vehicle_amount": assets // 30,
        "owns_home": assets > 250_000_000,
        "actual_rent_amount": random.integers(100_000, 900_000, len(sizes)),
        "standard_rent_amount": random.integers(212_000, 698_000, len(sizes)),
        "children_under_18_count": np.minimum(random.poisson(0.35, len(sizes)), sizes - 1),
        "children_under_7_count": np.zeros(len(sizes), np.int64),
    }


def _drawn(random: np.random.Generator, fact: Fact, rows: int) -> NDArray[Any]:
    """Draw a fact that no other decides: rare where it is a yes, even over the words of an enum."""
    if fact.type == "set":
        words = np.zeros((len(fact.columns), rows), np.uint64)
        each = 0.004 if len(fact.values) > 64 else 0.02
        for place in range(len(fact.values)):
            hit = np.flatnonzero(random.random(rows) < each * random.random())
            words[place // 64, hit] |= np.uint64(1 << place % 64)
        return words
    if fact.type == "boolean":
        return random.random(rows) < 5 * _RARE
    return random.integers(0, len(fact.values) or 100, rows)


def _columns(
    fact: Fact, values: NDArray[Any], unknown: NDArray[np.bool_] | None
) -> dict[str, pa.Array]:
    if fact.type == "set":
        held = np.ascontiguousarray(values)
        widths = [min(64, len(fact.values) - place * 64) for place in range(len(held))]
        columns = {name: pa.array(held[place]) for place, name in enumerate(fact.columns)}
        for name, width in zip(fact.known_columns, widths, strict=True):
            columns[name] = pa.array(np.full(held.shape[1], (1 << width) - 1, np.uint64))
        return columns
    if fact.type == "enum":
        codes = pa.array(values.astype(np.int32), mask=unknown)
        words = pa.array(fact.values)
        return {fact.name: pa.DictionaryArray.from_arrays(codes, words).cast(pa.string())}
    kind = np.bool_ if fact.type == "boolean" else np.int64
    return {fact.name: pa.array(values.astype(kind), mask=unknown)}
