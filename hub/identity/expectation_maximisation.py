"""Expectation maximisation over counted patterns of agreement.

Here: the starting belief moved as far as the counted pairs carry it, with housemates and namesakes
as classes of their own; see `training` for why. Never here: counting the pairs (`training`), or
what is compared (`comparisons`). Next: the model's likelihoods.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hub.identity.comparisons import comparison_of
from hub.identity.linkage_model import Likelihoods, LinkageModel

Array = npt.NDArray[np.float64]

MATCH_BELIEF = 30.0
"""Matching pairs that the starting belief about m is worth."""
STRANGER_BELIEF = 200.0
"""Random pairs that the starting belief about u is worth."""
LEAST_SHARE = 0.002
"""Matches, and pairs of housemates, that there are at least, by record: none seen is not none."""
_ROUNDS = 200
_DECIMALS = 10
_LEAST = 1e-9
_LEAST_SAME = 2e-4
"""No mistake is so rare that it could prove two records to be two people by itself."""


@dataclass(frozen=True, slots=True)
class Patterns:
    """Patterns of agreement: `levels` (pattern by comparison, -1 = nothing to compare), `counts`."""

    levels: npt.NDArray[np.int64]
    counts: Array


def maximise(
    start: LinkageModel,
    patterns: Patterns,
    observed: dict[str, Array],
    drawn: float,
    records: int,
    *,
    is_cleansed: bool,
    leeway: float = 1.0,
) -> LinkageModel:
    """Return `start` with the likelihoods and priors that the patterns make most likely.

    Args:
        start: the starting belief.
        patterns: of agreement, among the pairs that blocking gives.
        observed: share of random pairs on each level, by comparison.
        drawn: how many random pairs that was.
        records: how many there are.
        is_cleansed: the random pairs hold matches as often as all pairs do; they are taken out.
        leeway: how many times `Level.most_same_person` may be learnt.
    """
    comparisons = start.comparisons()
    belief = {name: np.array(one.same_person) for name, one in start.likelihoods.items()}
    stranger_belief = {name: np.array(one.strangers) for name, one in start.likelihoods.items()}
    household = {name: np.array(one.household) for name, one in start.likelihoods.items()}
    m = dict(belief)
    total = max(records * (records - 1) / 2, 1.0)
    most = {
        name: np.array(
            [min(leeway * level.most_same_person, 1.0) for level in comparison_of(name).levels]
        )
        for name in belief
    }
    names = {comparison.name for comparison in comparisons if comparison.is_name}
    matches = start.matches_per_pair * total
    housemates = matches
    namesakes = matches if names and len(names) < len(comparisons) else 0.0
    # Splink counts levels from the weakest (0) to the strongest.
    place = {
        comparison.name: np.where(
            patterns.levels[:, column] < 0,
            -1,
            len(comparison.levels) - 1 - patterns.levels[:, column],
        )
        for column, comparison in enumerate(comparisons)
    }

    def factor(name: str, likelihoods: Array) -> Array:
        places = place[name]
        return np.where(places < 0, 1.0, likelihoods[np.maximum(places, 0)])

    def product(of: dict[str, Array]) -> Array:
        result = np.ones(len(patterns.counts))
        for name in m:
            result = result * factor(name, of[name])
        return result

    u = _strangers(observed, stranger_belief, m, drawn, 0.0)
    for _ in range(_ROUNDS):
        share = min(matches / total, 0.5)
        if is_cleansed:
            u = _strangers(observed, stranger_belief, m, drawn, share)
        same = share * product(m)
        near = min(housemates / total, 0.5) * product(household)
        namesake = min(namesakes / total, 0.5) * product({**u, **{name: m[name] for name in names}})
        every = same + near + namesake + product(u)
        posterior = same / every
        expected = posterior * patterns.counts
        kept = {name: values.copy() for name, values in m.items()}
        for name, levels in belief.items():
            places = place[name]
            counted = np.bincount(
                places[places >= 0], weights=expected[places >= 0], minlength=len(levels)
            )
            learnt = (counted + MATCH_BELIEF * levels / levels.sum()) / (
                counted.sum() + MATCH_BELIEF
            )
            m[name] = _bounded(learnt, most[name])
        matches = float(expected.sum()) + LEAST_SHARE * records
        housemates = float((near / every * patterns.counts).sum()) + LEAST_SHARE * records
        if namesakes:
            namesakes = float((namesake / every * patterns.counts).sum()) + LEAST_SHARE * records
        if max((float(np.abs(m[name] - kept[name]).max()) for name in m), default=0.0) < 1e-7:
            break
    return LinkageModel(
        start.version,
        {
            name: Likelihoods(
                _rounded(m[name], _LEAST_SAME), _rounded(u[name]), _rounded(household[name])
            )
            for name in m
        },
        round(min(matches / total, 0.3), 15),
        round(min(housemates / total, 0.3), 15),
        start.frequencies,
        start.rare,
    )


def _bounded(shares: Array, most: Array) -> Array:
    """Return the shares with none above its bound, the excess given to the others in proportion."""
    excess = np.maximum(shares - most, 0.0).sum()
    free = shares < most
    result: Array = np.where(free, shares * (1.0 + excess / shares[free].sum()), most)
    return result


def _strangers(
    observed: dict[str, Array],
    belief: dict[str, Array],
    m: dict[str, Array],
    drawn: float,
    share: float,
) -> dict[str, Array]:
    """Return u: what random pairs show, less the matches among them, bent to the belief."""
    strangers = {}
    for name, levels in belief.items():
        cleansed = np.maximum(observed[name] - share * m[name], 0.0)
        # A level that was never seen is worth half a pair: none seen in so many is not none at all.
        believed = STRANGER_BELIEF * levels / levels.sum()
        weighed = cleansed * drawn + np.append(believed[:1], np.maximum(believed[1:], 0.5))
        strangers[name] = weighed / weighed.sum()
        for place, level in enumerate(comparison_of(name).levels):
            if level.is_rare_as_same:
                strangers[name][place] = strangers[name][0]
    return strangers


def _rounded(values: Array, least: float = _LEAST) -> tuple[float, ...]:
    return tuple(round(max(float(value), least), _DECIMALS) for value in values)
