"""What the resolution of entities is told: thresholds, decisions of people; and what it asks.

Here: the types and names that all its steps share. Never here: a step. Next: `resolution`, `knot`,
`resolved`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

MATCH_KINDS = ("national_id", "linked", "clustered", "ambiguous", "single", "unidentifiable")
REVIEW_KINDS = {
    "ambiguous": "two people who exclude each other fit almost equally well; nobody was guessed",
    "could_also_be": "a link to another person is almost as strong as the one that was made",
    "household_or_same": "agrees as one person would, but as people of one household would, too",
    "kept": "the link has become weak, or another fits about as well; it was kept as it was made before",
    "held": "the two look like one person now, but nothing came of the one whose ID would end; they wait",
    "decision_contradicted": "the model strongly contradicts what a person decided",
    "decisions_conflict": "decisions of people contradict one another, or cannot be obeyed",
    "two_pinned": "two people whose IDs are pinned look like one",
    "pin_without_records": "no record is of a pinned person any longer",
}
"""Why a person is asked."""
REVIEW_SCHEMA = {
    "kind": pl.String,
    "entity_l": pl.UInt64,
    "entity_r": pl.UInt64,
    "match_weight": pl.Float64,
}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What a weight must reach, in bits."""

    join_weight: float = 6.0
    """Evidence after the prior from which on two entities join: 6 bits are odds of 64 to 1."""
    keep_weight: float = 3.0
    """From which on those who were together stay so."""
    margin: float = 4.0
    """By how much the best candidate must beat another that excludes it."""
    consensus: float = 0.0
    """What the pairs between two clusters must reach on average."""

    @property
    def floor(self) -> float:
        """The least weight that can matter to anybody."""
        return min(self.keep_weight, self.join_weight - self.margin)


@dataclass(frozen=True, slots=True)
class Constraints:
    """What people decided, by entity."""

    must: Sequence[tuple[int, int]] = ()
    cannot: Sequence[tuple[int, int]] = ()
    pins: Mapping[int, str] = field(default_factory=dict)
    """Entities that hold members of a pinned person, and that person."""
    together: Mapping[int, str] = field(default_factory=dict)
    """Entities and the person that they belonged to last time."""
