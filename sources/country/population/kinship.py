"""Who is whose parent and spouse, inside a household and across households.

Here: links between persons as row numbers (-1 where there is none). Never here: names or
offices' records of the links. Next: family names follow fathers; family relation facts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sources.country.population.households import Composition

Ints = NDArray[np.int64]
NOBODY = -1
SPREAD = 7_919
"""Step, prime to most counts, by which adults are dealt out to couples of one age."""
MOST_GROWN_CHILDREN = 4
"""Children living apart whom a couple has at most; the parents of the others are dead or abroad."""


@dataclass(frozen=True, slots=True)
class Kinship:
    """Row numbers of father, mother and spouse; -1 where there is none in the country."""

    father: Ints
    mother: Ints
    spouse: Ints
    head: Ints


def link_households(composition: Composition, rng: np.random.Generator) -> Kinship:
    """Link members of each household by their relation to the head, then adults to parents."""
    count = len(composition.age)
    rows = np.arange(count)
    head = rows - composition.position
    relation = composition.relation
    father, mother = np.full(count, NOBODY), np.full(count, NOBODY)
    spouse = np.full(count, NOBODY)
    wives = np.flatnonzero(relation == "spouse")
    spouse[wives], spouse[head[wives]] = head[wives], wives

    def link_parent(children: Ints, parents: Ints) -> None:
        male = composition.is_male[parents] == 1
        father[children[male]] = parents[male]
        mother[children[~male]] = parents[~male]

    children = np.flatnonzero(relation == "child")
    link_parent(children, head[children])
    with_spouse = children[spouse[head[children]] != NOBODY]
    link_parent(with_spouse, spouse[head[with_spouse]])
    elders = np.flatnonzero(relation == "parent")
    link_parent(head[elders], elders)
    elders_in_law = np.flatnonzero(relation == "parent_in_law")
    link_parent(head[elders_in_law] + 1, elders_in_law)
    in_law = np.flatnonzero(relation == "child_in_law")
    spouse[in_law], spouse[in_law - 1] = in_law - 1, in_law
    grandchildren = np.flatnonzero((relation == "grandchild") & (composition.position == 3))
    link_parent(grandchildren, grandchildren - 1)
    link_parent(grandchildren, grandchildren - 2)
    _link_adults(composition, father, mother, spouse, rng)
    return Kinship(father, mother, spouse, head)


def _link_adults(
    composition: Composition, father: Ints, mother: Ints, spouse: Ints, rng: np.random.Generator
) -> None:
    """Give adults who live apart from their parents a couple of the right age as parents."""
    age, relation = composition.age, composition.relation
    fathers = np.flatnonzero(
        (composition.is_male == 1)
        & (spouse != NOBODY)
        & (age > 45)
        & np.isin(relation, ["head", "spouse"])
    )
    fathers = fathers[np.argsort(age[fathers], kind="stable")]
    apart = np.isin(relation, ["head", "spouse"]) & (father == NOBODY) & (mother == NOBODY)
    adults = np.flatnonzero(apart & (age > 20) & (age < 62) & (rng.random(len(age)) < 0.75))
    if len(fathers) == 0:
        return
    wanted_age = age[adults] + np.clip(rng.normal(31.5, 3.5, len(adults)), 24, 42)
    place = np.searchsorted(age[fathers], wanted_age)
    adults, place = adults[place < len(fathers)], place[place < len(fathers)]
    # Couples of one age share the adults who want parents of that age, so that none has dozens.
    ages = age[fathers]
    first = np.searchsorted(ages, ages[place])
    of_age = np.searchsorted(ages, ages[place], side="right") - first
    chosen = fathers[first + np.arange(len(adults)) * SPREAD % of_age]
    within = _first_of_each(chosen, MOST_GROWN_CHILDREN)
    adults, chosen = adults[within], chosen[within]
    # Nobody marries a brother or sister: a spouse of the same father stays without parents here.
    partner = spouse[adults]
    father[adults], mother[adults] = chosen, spouse[chosen]
    same = (partner != NOBODY) & (father[adults] == father[np.maximum(partner, 0)])
    father[adults[same]], mother[adults[same]] = NOBODY, NOBODY


def _first_of_each(chosen: Ints, most: int) -> NDArray[np.bool_]:
    """Whether each place is among the first `most` of those with the same number."""
    order = np.argsort(chosen, kind="stable")
    grouped = chosen[order]
    starts = np.searchsorted(grouped, grouped)
    within = np.empty(len(chosen), dtype=bool)
    within[order] = np.arange(len(chosen)) - starts < most
    return within
