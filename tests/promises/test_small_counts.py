"""No count of few people can be computed from counts that are published, also not by subtraction (P5).

The attacker knows every rule by which counts are withheld and rounded, takes all published tables
together and solves for each small cell the least and the most that it can be (linear programming).
"""

from __future__ import annotations

import itertools

import duckdb
import numpy as np
import pytest
from promise_figures import FULL_SIZE
from scipy.optimize import linprog
from scipy.sparse import coo_matrix

from hub.access.policy import load_policy
from warehouse.gateway.protection import Cell, protect, relations
from warehouse.marts.count_tables import count_tables, prepare_counts, told_safely

POLICY = load_policy()
MINIMUM, ROUNDING = POLICY.minimum_cell, POLICY.rounding
TABLES = 150 if FULL_SIZE else 4
COUNTRIES = 30 if FULL_SIZE else 1
SLACK = 1e-6


class Attacker:
    """What is known of unknown counts: sums of them lie within bounds, and none is negative."""

    def __init__(self, unknowns: int) -> None:
        self.unknowns = unknowns
        self.sums: list[tuple[list[int], float, float]] = []

    def learns(self, places: list[int], least: float, most: float) -> None:
        self.sums.append((places, least, most))

    def range_of(self, places: list[int]) -> tuple[int, int]:
        """Return the least and the most whole number that the sum of `places` can be."""
        rows, columns, limits = [], [], []
        for places_known, least, most in self.sums:
            for sign, limit in ((1, most), (-1, -least)):
                rows += [len(limits)] * len(places_known)
                columns += [(place, sign) for place in places_known]
                limits.append(limit)
        matrix = coo_matrix(
            ([sign for _, sign in columns], (rows, [place for place, _ in columns])),
            shape=(len(limits), self.unknowns),
        ).tocsr()
        goal = np.zeros(self.unknowns)
        goal[places] = 1
        found = []
        for sign in (1, -1):
            solved = linprog(sign * goal, A_ub=matrix, b_ub=limits, method="highs")
            assert solved.status in {0, 3}, "what was published contradicts itself"
            found.append(np.inf if solved.status == 3 else sign * solved.fun)
        most = found[1]
        return int(np.ceil(found[0] - SLACK)), 1 << 30 if np.isinf(most) else int(
            np.floor(most + SLACK)
        )


def rounded_range(number: int) -> tuple[int, int]:
    """What a rounded count may have been; a count below the minimum is never shown."""
    return max(number - ROUNDING // 2, MINIMUM), number + ROUNDING // 2


def cube(counts: np.ndarray) -> list[Cell]:
    """The cells of a table with all its totals, without empty ones."""
    axes = range(counts.ndim)
    cells = []
    for kept in itertools.chain.from_iterable(
        itertools.combinations(axes, size) for size in range(counts.ndim, -1, -1)
    ):
        gone = tuple(axis for axis in axes if axis not in kept)
        summed = counts.sum(axis=gone)
        for place in np.ndindex(summed.shape):
            values = dict(zip(kept, place, strict=True))
            key = tuple((values[axis],) if axis in values else None for axis in axes)
            if summed[place]:
                cells.append(Cell(key, int(summed[place])))
    return cells


def recovered_from_a_cube(counts: np.ndarray) -> tuple[int, int]:
    """Return (small cells, how many of them the attacker knows) of a table and its totals."""
    cells = cube(counts)
    shown = protect(cells, MINIMUM, ROUNDING)
    attacker = Attacker(len(cells))
    for place, (cell, is_shown) in enumerate(zip(cells, shown, strict=True)):
        number = (cell.count + ROUNDING // 2) // ROUNDING * ROUNDING
        attacker.learns([place], *(rounded_range(number) if is_shown else (1, 1 << 30)))
    # A total is the sum of its parts: two bounds of nought on a sum with signs.
    equal = relations(cells)
    small = [place for place, cell in enumerate(cells) if cell.count < MINIMUM]
    known = 0
    for place in small:
        least, most = _range_with_totals(attacker, equal, place)
        known += least == most
    return len(small), known


def _range_with_totals(attacker: Attacker, equal, place: int) -> tuple[int, int]:
    limits = [(0.0, None)] * attacker.unknowns
    for (only,), least, most in attacker.sums:
        limits[only] = (least, None if most >= 1 << 30 else most)
    matrix = np.zeros((max(len(equal), 1), attacker.unknowns))
    for row, (total, parts) in enumerate(equal):
        matrix[row, total], matrix[row, parts] = -1, 1
    goal = np.zeros(attacker.unknowns)
    goal[place] = 1
    found = []
    for sign in (1, -1):
        solved = linprog(sign * goal, A_eq=matrix, b_eq=np.zeros(len(matrix)), bounds=limits)
        found.append(sign * solved.fun if solved.status == 0 else np.inf)
    most = 1 << 30 if np.isinf(found[1]) else int(np.floor(found[1] + SLACK))
    return int(np.ceil(found[0] - SLACK)), most


def some_counts(chance: np.random.Generator) -> np.ndarray:
    shape = tuple(chance.integers(2, 5, size=chance.integers(1, 4)))
    few, many = chance.integers(0, 12, shape), chance.integers(0, 300, shape)
    return np.where(chance.random(shape) < 0.5, few, many)


PROGRAMMES, OUTCOMES, PROVINCES = ("P001", "P002"), ("eligible", "ineligible"), ("11", "26")


def simulate(connection, chance: np.random.Generator) -> None:
    """Make the tables that counts are made of: small groups beside large ones."""
    people = int(chance.integers(60, 400))
    skewed = chance.choice([0.02, 0.1, 0.5])
    connection.register("drawn", _drawn(people, skewed, chance))
    connection.execute(
        """
        CREATE OR REPLACE TABLE night AS SELECT DATE '2026-03-31' AS as_of;
        CREATE OR REPLACE TABLE person AS SELECT person_id, birth_date, sex, false AS is_foreign,
            CAST(NULL AS DATE) AS death_date, legal_dong_code FROM drawn;
        CREATE OR REPLACE TABLE decision AS SELECT person_id AS subject_id, 'person' AS subject_kind,
            programme_code, outcome, is_received, DATE '2026-03-31' AS as_of FROM drawn;
        """
    )


def _drawn(people: int, skewed: float, chance: np.random.Generator):
    import polars as pl

    days = chance.integers(0, 80, people)
    return pl.DataFrame(
        {
            "person_id": [f"p{number}" for number in range(people)],
            "birth_date": [f"{1940 + int(day)}-05-05" for day in days],
            "sex": np.where(chance.random(people) < 0.5, "female", "male"),
            "legal_dong_code": np.where(chance.random(people) < skewed, "2611010100", "1111010100"),
            "programme_code": np.where(chance.random(people) < skewed, "P002", "P001"),
            "outcome": np.where(chance.random(people) < skewed, "eligible", "ineligible"),
            "is_received": chance.random(people) < 0.3,
        }
    ).with_columns(pl.col("birth_date").str.to_date())


FINEST = (
    "SELECT d.programme_code, d.subject_kind, d.outcome, d.is_received, p.sex, "
    "age_band(p.birth_date, d.as_of) AS age_band, p.is_foreign, "
    "left(p.legal_dong_code, 2) AS province, count(*) AS people "
    "FROM decision AS d INNER JOIN person AS p ON p.person_id = d.subject_id GROUP BY ALL"
)
TOGETHER = ("decision_cell", "decision_age_cell", "person_cell")
"""Tables that count the same people in different ways; each person here has one decision."""


def recovered_from_tables(connection) -> tuple[int, int]:
    """Return (small cells, how many are known) of all tables of counts, taken together."""
    finest = connection.sql(FINEST).pl()
    ages = [name for (name,) in connection.execute("SELECT DISTINCT age_band(birth_date, DATE '2026-03-31') FROM person").fetchall()]  # fmt: skip
    domains = {
        "programme_code": PROGRAMMES, "subject_kind": ("person",), "outcome": OUTCOMES,
        "is_received": (False, True), "sex": ("female", "male"), "age_band": tuple(ages),
        "is_foreign": (False,), "province": PROVINCES,
    }  # fmt: skip
    names = list(domains)
    places = {key: place for place, key in enumerate(itertools.product(*domains.values()))}
    truth = {tuple(row[:-1]): row[-1] for row in finest.select(*names, "people").iter_rows()}
    attacker = Attacker(len(places))
    small: list[list[int]] = []
    for table in TOGETHER:
        sql = count_tables()[table]
        columns = connection.sql(sql).columns
        told = connection.sql(told_safely(sql, columns, MINIMUM, ROUNDING)).pl()
        keys = [name for name in columns if name != "people"]
        shown = {tuple(row[:-1]): row[-1] for row in told.select(*keys, "people").iter_rows()}
        for key in itertools.product(*(domains[name] for name in keys)):
            chosen = dict(zip(keys, key, strict=True))
            inside = [
                place for full, place in places.items()
                if all(full[names.index(name)] == value for name, value in chosen.items())
            ]  # fmt: skip
            count = sum(
                people for full, people in truth.items()
                if all(full[names.index(name)] == value for name, value in chosen.items())
            )  # fmt: skip
            attacker.learns(
                inside, *(rounded_range(shown[key]) if key in shown else (0, MINIMUM - 1))
            )
            if 0 < count < MINIMUM:
                small.append(inside)
    return len(small), sum(len(set(attacker.range_of(inside))) == 1 for inside in small)


@pytest.mark.promise("P5")
def test_no_small_count_can_be_computed(record_figure):
    chance = np.random.default_rng(7)
    small = known = 0
    for _ in range(TABLES):
        cells, recovered = recovered_from_a_cube(some_counts(chance))
        small, known = small + cells, known + recovered
    answers = small
    with duckdb.connect() as connection:
        prepare_counts(connection)
        for _ in range(COUNTRIES):
            simulate(connection, chance)
            cells, recovered = recovered_from_tables(connection)
            small, known = small + cells, known + recovered
    record_figure(
        "P5",
        f"{small:,} small cells of {TABLES} answers with totals and {COUNTRIES} sets of count tables: "
        f"{known} recovered",
        held=not known,
        small_cells=small,
        recovered=known,
    )
    assert answers > 10
    assert small > answers + 10


def test_the_attacker_recovers_what_is_told_carelessly():
    attacker = Attacker(2)
    attacker.learns([0, 1], 43, 43)
    attacker.learns([1], 40, 40)
    assert attacker.range_of([0]) == (3, 3)
    attacker = Attacker(2)
    attacker.learns([0, 1], 43, 47)
    attacker.learns([1], 38, 42)
    assert attacker.range_of([0]) == (1, 9)
