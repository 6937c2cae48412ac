"""How people live together: households of realistic sizes whose members fit the age pyramid.

Here: kinds of households, and the fit of their mix to the shares of ages and sizes. Never here:
names, numbers or work. Next: `people` turns the composition into persons.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

AGE_SHARES: tuple[float, ...] = (
    2.4,
    3.4,
    4.4,
    4.5,
    5.2,
    6.5,
    7.0,
    6.4,
    7.4,
    7.5,
    8.6,
    8.0,
    8.2,
    7.0,
    4.9,
    3.7,
    2.6,
    1.5,
    0.8,
)
"""Korea 2026: per cent of people aged 0-4, 5-9, … 85-89, 90 and over."""

SIZE_SHARES: tuple[float, ...] = (0.36, 0.29, 0.19, 0.16)
"""Share of households of one, two, three, and four or more people."""

MALE_HEAD_SHARE = {"couple": 0.86, "single_parent": 0.30, "other": 0.5}


@dataclass(frozen=True, slots=True)
class HouseholdKind:
    """A kind of household: members in order, the head first, and the ages a head can have."""

    name: str
    relations: tuple[str, ...]
    head_from: int
    head_to: int
    prior: float


KINDS: tuple[HouseholdKind, ...] = (
    HouseholdKind("single", ("head",), 18, 97, 10.0),
    HouseholdKind("couple", ("head", "spouse"), 25, 92, 6.0),
    HouseholdKind("parent_child", ("head", "child"), 24, 90, 2.0),
    HouseholdKind("siblings", ("head", "sibling"), 20, 45, 0.3),
    HouseholdKind("cohabitants", ("head", "cohabitant"), 20, 60, 0.2),
    HouseholdKind("others", ("head", "other"), 25, 80, 0.05),
    HouseholdKind("grandparent", ("head", "grandchild"), 55, 82, 0.1),
    HouseholdKind("couple_child", ("head", "spouse", "child"), 27, 80, 3.0),
    HouseholdKind("parent_children", ("head", "child", "child"), 27, 70, 0.6),
    HouseholdKind("couple_elder", ("head", "spouse", "parent"), 40, 70, 0.3),
    HouseholdKind("couple_elder_in_law", ("head", "spouse", "parent_in_law"), 35, 65, 0.1),
    HouseholdKind("couple_children", ("head", "spouse", "child", "child"), 29, 68, 3.0),
    HouseholdKind("young_with_elder", ("head", "child", "child_in_law", "grandchild"), 58, 85, 0.1),
    HouseholdKind("couple_child_elder", ("head", "spouse", "child", "parent"), 35, 65, 0.2),
    HouseholdKind("couple_three", ("head", "spouse", "child", "child", "child"), 32, 55, 0.5),
    HouseholdKind("three_generations", ("head", "spouse", "child", "child", "parent"), 35, 58, 0.2),
)

COUPLES = frozenset(kind.name for kind in KINDS if "spouse" in kind.relations)


def member_ages(kind: HouseholdKind, head_age: Floats, rng: np.random.Generator) -> Floats:
    """Ages in years of the members of households of one kind: shape (households, members)."""
    count = len(head_age)
    ages = np.empty((count, len(kind.relations)))
    ages[:, 0] = head_age
    mother = head_age - (2.0 if "spouse" in kind.relations else 0.0)
    first_birth = np.clip(rng.normal(30.5, 4.0, count), 20, 42)
    # Children leave home: a household with children that would be older had them later.
    oldest = np.clip(mother - first_birth, 0, None)
    leaving = rng.uniform(20, 36, count)
    oldest = np.where(
        oldest > leaving, np.clip(mother - 43, 0, leaving) + rng.uniform(0, 6, count), oldest
    )
    oldest = np.clip(oldest, 0.0, np.maximum(mother - 18, 0.0))
    child_number = 0
    for position, relation in enumerate(kind.relations):
        if relation == "spouse":
            ages[:, position] = np.clip(head_age - rng.normal(2.0, 3.0, count), 19.5, 96)
        elif relation == "child":
            gap = rng.gamma(4.0, 0.75, count) + 1.0
            ages[:, position] = oldest if child_number == 0 else ages[:, position - 1] - gap
            child_number += 1
        elif relation in ("parent", "parent_in_law"):
            ages[:, position] = np.clip(head_age + rng.normal(28, 4, count), 45, 101)
        elif relation == "grandchild":
            ages[:, position] = np.clip(head_age - rng.normal(57, 5, count), 0, 25)
        elif relation == "child_in_law":
            ages[:, position] = np.clip(ages[:, 1] - rng.normal(1, 3, count), 21, 65)
        elif relation in ("sibling", "cohabitant", "other"):
            ages[:, position] = np.clip(head_age + rng.normal(-2, 4, count), 18, 90)
    if kind.name == "young_with_elder":
        ages[:, 1] = np.clip(head_age - rng.normal(29, 4, count), 25, 60)
        ages[:, 2] = np.clip(ages[:, 1] - rng.normal(1, 3, count), 23, 60)
        ages[:, 3] = np.clip(ages[:, 2] - rng.normal(30, 3, count), 0, 30)
    return np.clip(ages, 0.0, 102.0)


def _age_bands(ages: Floats) -> Ints:
    bands: Ints = np.minimum(ages // 5, len(AGE_SHARES) - 1).astype(np.int64)
    return bands


def household_mix() -> tuple[list[tuple[int, int]], Floats]:
    """Mix of (kind, age of the head in five-year steps) that meets the age and size shares.

    Returns the pairs (index of `KINDS`, lowest age) and their shares of all households, found
    by multiplicative updates (a non-negative fit that starts from each kind's prior).
    """
    pairs: list[tuple[int, int]] = []
    rows: list[Floats] = []
    prior: list[float] = []
    rng = np.random.default_rng(1)
    for index, kind in enumerate(KINDS):
        for lowest in range(15, 100, 5):
            low, high = max(lowest, kind.head_from), min(lowest + 5, kind.head_to)
            if low >= high:
                continue
            ages = member_ages(kind, rng.uniform(low, high, 200), rng)
            bands = np.bincount(_age_bands(ages).ravel(), minlength=len(AGE_SHARES)) / 200
            size = np.zeros(len(SIZE_SHARES))
            size[min(len(kind.relations), 4) - 1] = 1.0
            pairs.append((index, lowest))
            rows.append(np.concatenate([bands, 3.0 * size]))
            prior.append(kind.prior)
    matrix, weights = np.array(rows), np.array(prior)
    average_size = 0.36 + 2 * 0.29 + 3 * 0.19 + 4.2 * 0.16
    ages_wanted = np.array(AGE_SHARES) / sum(AGE_SHARES) * average_size
    wanted = np.concatenate([ages_wanted, 3.0 * np.array(SIZE_SHARES)])
    weights = weights / weights.sum()
    for _ in range(800):
        weights = weights * (matrix @ (wanted / (weights @ matrix + 1e-12))) / matrix.sum(axis=1)
    return pairs, weights / weights.sum()


@dataclass(frozen=True, slots=True)
class Composition:
    """Members of all households, household by household, the head first."""

    household: Ints
    position: Ints
    kind: Ints
    relation: NDArray[np.str_]
    age: Floats
    is_male: Ints


def _sexes(kind: HouseholdKind, ages: Floats, rng: np.random.Generator) -> Ints:
    shape = ages.shape
    male = (rng.random(shape) < 0.512).astype(np.int64)
    draw = rng.random(shape[0])
    if "spouse" in kind.relations:
        male[:, 0] = draw < MALE_HEAD_SHARE["couple"]
        male[:, 1] = 1 - male[:, 0]
    elif kind.name.startswith("parent_child"):
        male[:, 0] = draw < MALE_HEAD_SHARE["single_parent"]
    else:
        male[:, 0] = draw < np.where(ages[:, 0] > 65, 0.33, 0.60)
    if kind.name == "young_with_elder":
        male[:, 2] = 1 - male[:, 1]
    for position, relation in enumerate(kind.relations):
        if relation in ("parent", "parent_in_law"):
            male[:, position] = rng.random(shape[0]) < 0.22
    return male


def compose_households(people: int, rng: np.random.Generator) -> Composition:
    """Draw households until there are exactly `people` members (the last may lose members)."""
    pairs, shares = household_mix()
    sizes = np.array([len(KINDS[kind].relations) for kind, _ in pairs])
    wanted = int(people / float(shares @ sizes) * 1.02) + 40
    counts = np.bincount(rng.choice(len(pairs), wanted, p=shares), minlength=len(pairs))
    household: list[Ints] = []
    positions: list[Ints] = []
    kinds: list[Ints] = []
    relations: list[NDArray[np.str_]] = []
    ages_of: list[Floats] = []
    male_of: list[Ints] = []
    order = rng.permutation(int(counts.sum()))
    first = 0
    for (index, lowest), count in zip(pairs, counts.tolist(), strict=True):
        if count == 0:
            continue
        kind = KINDS[index]
        low, high = max(lowest, kind.head_from), min(lowest + 5, kind.head_to)
        ages = member_ages(kind, rng.uniform(low, high, count), rng)
        size = len(kind.relations)
        household.append(np.repeat(order[first : first + count], size))
        positions.append(np.tile(np.arange(size), count))
        kinds.append(np.full(count * size, index))
        relations.append(np.tile(np.array(kind.relations, dtype="<U16"), count))
        ages_of.append(ages.ravel())
        male_of.append(_sexes(kind, ages, rng).ravel())
        first += count
    number, position = np.concatenate(household), np.concatenate(positions)
    keep = np.lexsort((position, number))[:people]
    return Composition(
        number[keep],
        position[keep],
        np.concatenate(kinds)[keep],
        np.concatenate(relations)[keep],
        np.concatenate(ages_of)[keep],
        np.concatenate(male_of)[keep],
    )
